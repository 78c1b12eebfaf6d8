/** What agents may speak with us, for people who ask; `protocols.test.ts` holds it to what the doors answer. */
export const PROTOCOLS: readonly { readonly name: string; readonly versions: readonly string[] }[] = [
  {
    name: 'Model Context Protocol',
    versions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'],
  },
  { name: 'MeetMyAgent API', versions: ['v1'] },
];
