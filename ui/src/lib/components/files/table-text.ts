/** Text with separators as a table, bounded whatever the text is. */

const MOST_ROWS = 500;
const MOST_COLUMNS = 50;
const MOST_CHARACTERS = 300;

export type TextTable = { rows: string[][]; more: boolean };

/** The character that separates the values of a file of this name; nothing for other files. */
export function separatorOf(name: string): string | null {
  if (/\.tsv$/i.test(name)) return '\t';
  return /\.csv$/i.test(name) ? ',' : null;
}

/** Reads as RFC 4180 has it; some countries' programs separate by semicolon. */
export function tableOf(text: string, separator: string): TextTable {
  const first = text.slice(0, 2000).split('\n', 1)[0] ?? '';
  const by = separator === ',' && !first.includes(',') && first.includes(';') ? ';' : separator;
  const rows: string[][] = [];
  let row: string[] = [];
  let value = '';
  let quoted = false;
  let more = false;
  const endValue = () => {
    if (row.length < MOST_COLUMNS) row.push(value);
    else more = true;
    value = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const one = text.charAt(at);
    if (quoted && one === '"' && text.charAt(at + 1) === '"') at += 1;
    else if (one === '"' && (quoted || value === '')) {
      quoted = !quoted;
      continue;
    } else if (!quoted && one === by) {
      endValue();
      continue;
    } else if (!quoted && one === '\n') {
      endValue();
      rows.push(row);
      row = [];
      if (rows.length === MOST_ROWS && at + 1 < text.length) return { rows, more: true };
      continue;
    } else if (!quoted && one === '\r') continue;
    if (value.length < MOST_CHARACTERS) value += one;
    else more = true;
  }
  if (value !== '' || row.length > 0) {
    endValue();
    rows.push(row);
  }
  return { rows, more };
}
