/** Draws that a seed decides, so that a sweep can be done again. */

export class Draws {
  /** @param {number} seed */
  constructor(seed) {
    this.state = BigInt(seed) ^ 0x9e3779b97f4a7c15n;
  }

  /** A whole number below 2^64, by SplitMix64 (Steele, Lea and Flood, 2014). */
  next() {
    const mask = (1n << 64n) - 1n;
    this.state = (this.state + 0x9e3779b97f4a7c15n) & mask;
    let mixed = this.state;
    mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & mask;
    return mixed ^ (mixed >> 31n);
  }

  /** A whole number from 0, below the limit. @param {number} limit */
  below(limit) {
    return Number(this.next() % BigInt(limit));
  }

  /** @template T @param {T[]} choices @returns {T} */
  of(choices) {
    return choices[this.below(choices.length)];
  }

  /** Bytes that do not compress. @param {number} length */
  bytes(length) {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at += 8) {
      const word = Buffer.alloc(8);
      word.writeBigUInt64LE(this.next());
      word.copy(bytes, at);
    }
    return bytes;
  }

  /** Lines of text. @param {number} length */
  text(length) {
    const line = `line ${this.next()}\n`;
    return line.repeat(Math.ceil(length / line.length)).slice(0, length);
  }
}
