const SLUG_MAX = 48;

/** `Robotics & AI` → `robotics-ai`. Empty where the name has no letter or digit of the Latin alphabet. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_MAX)
    .replaceAll(/^-+|-+$/g, '');
}
