/** Takes a text/event-stream apart. Only the `data` field matters to us. */
export class EventStreamParser {
  readonly #emit: (data: string) => void;
  #buffer = '';
  #data: string[] = [];

  constructor(emit: (data: string) => void) {
    this.#emit = emit;
  }

  push(chunk: string): void {
    this.#buffer += chunk;
    // A lone CR at the end may be the first half of a CRLF, so it waits for the next chunk.
    for (;;) {
      const match = /\r\n|\n|\r(?!$)/.exec(this.#buffer);
      if (!match) return;
      const line = this.#buffer.slice(0, match.index);
      this.#buffer = this.#buffer.slice(match.index + match[0].length);
      this.#line(line);
    }
  }

  #line(line: string): void {
    if (line === '') {
      if (this.#data.length > 0) this.#emit(this.#data.join('\n'));
      this.#data = [];
      return;
    }
    if (!line.startsWith('data:')) return;
    this.#data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
  }
}
