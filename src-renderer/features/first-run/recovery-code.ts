/** Characters per group when the code comes without separators. */
const GROUP_LENGTH = 4;

/** The code in the groups it is read, typed and written down in. */
export function groupsOf(recoveryCode: string): string[] {
  const parts = recoveryCode
    .trim()
    .split(/[\s-]+/)
    .filter(Boolean);
  if (parts.length > 1) return parts;
  return recoveryCode.trim().match(new RegExp(`.{1,${GROUP_LENGTH}}`, 'gu')) ?? [];
}

/** What was typed, as the code is printed: upper case, nothing but letters and digits. */
export function readGroup(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '');
}

/** Whether the last group was typed. The server checks again; this only saves a call that must fail. */
export function isLastGroup(recoveryCode: string, typed: string): boolean {
  const last = groupsOf(recoveryCode).at(-1);
  return last !== undefined && readGroup(last) !== '' && readGroup(typed) === readGroup(last);
}
