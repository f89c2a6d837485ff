/** The cells of a notebook as they can be shown: text and images, never a page or a script. */

const MOST_CELLS = 300;
const MOST_OUTPUTS = 20;
const MOST_CHARACTERS = 20_000;

export type CellOutput = { text: string } | { image: string };
export type Cell = { kind: 'code' | 'text'; source: string; outputs: CellOutput[] };
export type Notebook = { cells: Cell[]; more: boolean };

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A text, which notebooks keep as one or line by line. */
function textOf(value: unknown): string {
  const text = Array.isArray(value)
    ? value.filter((one) => typeof one === 'string').join('')
    : value;
  return typeof text === 'string' ? text.slice(0, MOST_CHARACTERS) : '';
}

const IMAGES = ['image/png', 'image/jpeg', 'image/gif'] as const;
// What colours a terminal is no text.
// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[\d;]*m/g;

function outputOf(value: unknown): CellOutput | null {
  const output = fieldsOf(value);
  const data = fieldsOf(output['data']);
  for (const mime of IMAGES) {
    const bytes = listOf(data[mime])
      .concat(data[mime])
      .find((one) => typeof one === 'string');
    const base64 = typeof bytes === 'string' ? bytes.replace(/\s/g, '') : '';
    if (base64 !== '' && /^[A-Za-z0-9+/]+=*$/.test(base64))
      return { image: `data:${mime};base64,${base64}` };
  }
  const text = textOf(output['text']) || textOf(data['text/plain']) || textOf(output['traceback']);
  return text === '' ? null : { text: text.replace(COLOURS, '') };
}

/** Nothing for what is no notebook. */
export function notebookOf(text: string): Notebook | null {
  let whole: Fields;
  try {
    whole = fieldsOf(JSON.parse(text));
  } catch {
    return null;
  }
  if (!Array.isArray(whole['cells'])) return null;
  const all = listOf(whole['cells']);
  let more = all.length > MOST_CELLS;
  const cells = all.slice(0, MOST_CELLS).map((one): Cell => {
    const cell = fieldsOf(one);
    const outputs = listOf(cell['outputs']);
    more ||= outputs.length > MOST_OUTPUTS;
    return {
      kind: cell['cell_type'] === 'code' ? 'code' : 'text',
      source: textOf(cell['source']),
      outputs: outputs
        .slice(0, MOST_OUTPUTS)
        .map(outputOf)
        .filter((output) => output !== null),
    };
  });
  return { cells, more };
}
