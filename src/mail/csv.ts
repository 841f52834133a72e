/**
 * Rows as a CSV file (RFC 4180, with the mark by which spreadsheets know UTF-8). Text that a spreadsheet would take for
 * a formula gets an apostrophe before it, because people's words stand in it. Numbers stay numbers.
 */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  return `\uFEFF${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

/** Also the wide signs that some spreadsheets read as the plain ones. */
const FORMULA = /^\s*[=+\-@＝＋－＠|%]|^[\t\r\n]/;

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const plain = value.replaceAll(/[^\P{Cc}\t\n\r]|\u200B|\uFEFF/gu, '');
  const harmless = FORMULA.test(plain) ? `'${plain}` : plain;
  return /[",\r\n\t']|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
