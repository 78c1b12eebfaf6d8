/** The app's mark: a page with a second signature on it. Decorative; the name stands beside it. */
export function BrandMark({ size = 18 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" aria-hidden="true" focusable="false">
      <rect x="2.75" y="2.75" width="14.5" height="14.5" rx="3.25" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 7.25h8" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" opacity="0.45" />
      <path
        d="M5.8 12.6l2.1 2.1 2.2-4.1 1.5 3 1-1.3h1.7"
        stroke="var(--cs-accent)"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
