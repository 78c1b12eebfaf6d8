/** Tables for spreadsheets: RFC 4180, every text as text. */

/** A line of cells; numbers stay numbers. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => (typeof cell === 'number' ? String(cell) : toCell(cell))).join(',')}\r\n`;
}

/** The mark tells spreadsheets that this is UTF-8. */
export function csvHead(columns: readonly string[]): string {
  return `\uFEFF${columns.join(',')}\r\n`;
}

/** A spreadsheet would run what begins like a formula (CWE-1236): an apostrophe makes it text. */
export function toCell(value: string): string {
  const plain = /^[\s]*[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
