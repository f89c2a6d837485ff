/** Compares pictures in a tab of the browser, which has all that this needs. */

/** What another Chromium may draw otherwise, at the edges of shapes: so much of a channel's 255; more than that in a
 * share of the pixels, if they lie scattered, and no square of such a side has more of them than so. */
const TOLERATED = { channel: 16, share: 0.001, side: 16, inSquare: 16 };

/**
 * @typedef {object} Difference
 * @property {boolean} exact No pixel differs.
 * @property {boolean} same Nothing differs that is not tolerated.
 * @property {number} differing The pixels that differ by more than a little.
 * @property {string} [picture] Where, as a PNG in base64.
 */

export class Comparer {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {import('playwright-core').Browser} browser */
  static async open(browser) {
    return new Comparer(await browser.newPage());
  }

  /** Both in base64. @param {string} now @param {string} then @returns {Promise<Difference>} */
  compare(now, then) {
    return this.page.evaluate(difference, { now, then, tolerated: TOLERATED });
  }
}

/** Runs in the page. @param {{ now: string, then: string, tolerated: typeof TOLERATED }} given @returns {Promise<Difference>} */
async function difference({ now, then, tolerated: { channel, share, side, inSquare } }) {
  const [taken, kept] = await Promise.all([pixels(now), pixels(then)]);
  const { width, height } = taken;
  if (kept.width !== width || kept.height !== height) return { exact: false, same: false, differing: width * height };

  const [left, right] = [taken, kept].map(({ data }) => new Uint32Array(data.buffer));
  const across = Math.ceil(width / side);
  const squares = new Uint16Array(across * Math.ceil(height / side));
  /** @type {number[]} */ const where = [];
  let exact = true;
  for (let at = 0; at < left.length; at += 1) {
    if (left[at] === right[at]) continue;
    exact = false;
    if (isNear(at * 4)) continue;
    where.push(at);
    squares[Math.floor(at / width / side) * across + Math.floor((at % width) / side)] += 1;
  }
  const same = where.length <= share * left.length && squares.every((count) => count <= inSquare);
  return { exact, same, differing: where.length, ...(same ? {} : { picture: await drawn() }) };

  /** @param {number} at */
  function isNear(at) {
    return [0, 1, 2].every((one) => Math.abs(taken.data[at + one] - kept.data[at + one]) <= channel);
  }

  /** What is there now, pale, and in red what differs. */
  async function drawn() {
    const canvas = new OffscreenCanvas(width, height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.putImageData(taken, 0, 0);
    context.fillStyle = '#ffffffc0';
    context.fillRect(0, 0, width, height);
    context.fillStyle = '#e00000';
    for (const at of where) context.fillRect(at % width, Math.floor(at / width), 1, 1);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(''));
  }

  /** @param {string} text */
  async function pixels(text) {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context?.drawImage(bitmap, 0, 0);
    return /** @type {ImageData} */ (context?.getImageData(0, 0, bitmap.width, bitmap.height));
  }
}
