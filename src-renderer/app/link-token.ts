/** The token of a sign-in link, taken out of the address at start; a secret that works once. */
let token: string | null = null;

/** Removes `#link=…` from the address before the router or anything else sees it. */
export function takeLinkToken(): void {
  token = new URLSearchParams(globalThis.location.hash.slice(1)).get('link');
  if (token === null) return;
  globalThis.history.replaceState(globalThis.history.state, '', globalThis.location.pathname);
}

/** The token this page was opened with, or null. */
export function linkTokenOfPage(): string | null {
  return token;
}
