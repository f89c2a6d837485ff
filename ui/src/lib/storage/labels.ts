/** Labels of a picture: shown only where they fit, by the widths that letters have on average. */
export type Label = { name: boolean; size: boolean };

const LETTER = 6.3;
const SIDE = 8;
/** A name may be cut when this much of it stays. */
const NAME_FROM = 48;
const LINE = 16;
const NONE: Label = { name: false, size: false };

function textWidth(text: string): number {
  return text.length * LETTER;
}

/** The label of a tile: its name where it fits or most of it does, its size below where there is room. */
export function labelOfTile(width: number, height: number, name: string, size: string): Label {
  const room = width - 2 * SIDE;
  if (height < LINE + 4 || room < 16) return NONE;
  if (textWidth(name) > room && room < NAME_FROM) return NONE;
  return { name: true, size: height >= 2 * LINE + 8 && textWidth(size) <= room };
}

/** The label of a frame, on one line: the size beside the name only where both fit. */
export function labelOfFrame(width: number, name: string, size: string): Label {
  const room = width - 2 * SIDE;
  const both = textWidth(name) + textWidth(size) + SIDE;
  return { name: room >= 24, size: both <= room };
}

/** The label of a slice, level across its middle; SVG cuts nothing, so the name fits or is left out. */
export function labelOfSlice(width: number, height: number, name: string, size: string): Label {
  const room = width - SIDE;
  if (height < LINE + 2 || textWidth(name) > room) return NONE;
  return { name: true, size: height >= 2 * LINE + 6 && textWidth(size) <= room };
}

/** The label of a slice along its arc, for those across which no name fits. */
export function labelAlong(length: number, thickness: number, name: string, size: string): Label {
  const room = length - 2 * SIDE;
  if (thickness < LINE || textWidth(name) > room) return NONE;
  return { name: true, size: textWidth(`${name}  ${size}`) <= room };
}
