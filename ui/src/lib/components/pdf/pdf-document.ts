/** A PDF, read by a worker of its own and drawn page by page. Its scripts, forms and links stay away, nothing is
 * fetched for it, and its worker ends with it or when it takes too long. Loaded only when a PDF is looked at. */
import { GlobalWorkerOptions, VerbosityLevel, getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { PDFDocumentLoadingTask, PDFPageProxy } from 'pdfjs-dist';
import openjpeg from 'pdfjs-dist/wasm/openjpeg_nowasm_fallback.js?url';
import { decodeBase64 } from '$lib/base64';
import { longestStep } from './longest-step';
import type { DrawnLetters } from './longest-step';

/** Whoever waits longer for a page than this many milliseconds gets none. */
const LONGEST_WAIT = 20_000;
/** A worker that is to end and does not is ended after so many. */
const LONGEST_END = 500;
/** The most that a canvas has, whatever a page claims to measure. */
const MOST_PIXELS = 16 << 20;
const LONGEST_SIDE = 8192;
/** Pictures in a page are left out when they have more pixels: a large scan has half of them. */
const MOST_IMAGE_PIXELS = 64 << 20;
const MOST_TEXT = 20_000;
/** A page that draws more than this in one go would keep the whole window still. */
const LONGEST_STEP = 100_000;

/** The two fonts that no other stands in for, inside scripts: nothing is fetched. */
const SYMBOL_FONTS: Record<string, () => Promise<{ default: string }>> = {
  'FoxitSymbol.pfb': () => import('pdfjs-dist/standard_fonts/FoxitSymbol.pfb?url&inline'),
  'FoxitDingbats.pfb': () => import('pdfjs-dist/standard_fonts/FoxitDingbats.pfb?url&inline'),
};

class BundledFiles {
  async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    const font = await SYMBOL_FONTS[filename]?.();
    if (!font) throw new Error(`${filename} is not there`);
    return decodeBase64(font.default.slice(font.default.indexOf(',') + 1));
  }
}

export type PdfFault = 'broken' | 'locked';
export const faultOf = (cause: unknown): PdfFault =>
  cause instanceof Error && cause.name === 'PasswordException' ? 'locked' : 'broken';

export class PdfDocument {
  readonly #worker = new Worker(
    new URL('pdfjs-dist/legacy/build/pdf.worker.mjs', import.meta.url),
    { type: 'module' },
  );
  readonly #task: PDFDocumentLoadingTask;
  /** Fails when the worker does. */
  readonly #failed: Promise<never>;

  constructor(base64: string) {
    this.#failed = new Promise((_, reject) =>
      this.#worker.addEventListener('error', () => reject(new Error('The worker has failed'))),
    );
    this.#failed.catch(() => {});
    GlobalWorkerOptions.workerPort = this.#worker;
    this.#task = getDocument({
      data: decodeBase64(base64),
      isEvalSupported: false,
      useWasm: false,
      useWorkerFetch: false,
      BinaryDataFactory: BundledFiles,
      // A decoder in JavaScript; its fixed name is put behind the address, where it does no harm.
      wasmUrl: `${new URL(openjpeg, import.meta.url).href}#/`,
      maxImageSize: MOST_IMAGE_PIXELS,
      verbosity: VerbosityLevel.ERRORS,
    });
    this.#task.promise.catch(() => {});
  }

  /** The number of its pages. */
  async pages(): Promise<number> {
    return (await this.#inTime(this.#task.promise)).numPages;
  }

  /** Draws a page, counted from 1, so wide on a screen that has `density` pixels for one. */
  async draw(number: number, width: number, density: number, signal?: AbortSignal) {
    const page = await this.#page(number);
    await this.#checkSteps(page);
    const { width: wide, height: high } = page.getViewport({ scale: 1 });
    const scale = Math.min(
      (width * density) / wide,
      Math.sqrt(MOST_PIXELS / (wide * high)),
      LONGEST_SIDE / Math.max(wide, high),
    );
    const viewport = page.getViewport({ scale });
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.floor(viewport.width));
    canvas.height = Math.max(1, Math.floor(viewport.height));
    const drawing = page.render({ canvas, viewport });
    drawing.promise.catch(() => {});
    const stop = () => drawing.cancel();
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    try {
      await this.#inTime(drawing.promise);
    } finally {
      stop();
      signal?.removeEventListener('abort', stop);
    }
    return canvas;
  }

  /** The text of a page, or its beginning. */
  async textOf(number: number): Promise<string> {
    const page = await this.#page(number);
    const reader = page.streamTextContent().getReader();
    let text = '';
    while (text.length < MOST_TEXT) {
      const { done, value } = await this.#inTime(reader.read());
      if (done) return text;
      for (const item of value.items) {
        if ('str' in item) text += item.hasEOL ? `${item.str}\n` : item.str;
      }
    }
    void reader.cancel().catch(() => {});
    return text.slice(0, MOST_TEXT);
  }

  /** Ends the worker: at once where it answers, so that its fonts go too, and soon whatever it does. */
  close(): void {
    const end = () => this.#worker.terminate();
    setTimeout(end, LONGEST_END);
    void this.#task.destroy().then(end, end);
  }

  /** Drawing is done here and not in the worker: what takes too long in one go cannot be ended. */
  async #checkSteps(page: PDFPageProxy): Promise<void> {
    const list = await this.#inTime(page.getOperatorList());
    const fonts = page.commonObjs as {
      has(name: string): boolean;
      get(name: string): { charProcOperatorList?: DrawnLetters };
    };
    const lettersOf = (font: string) =>
      fonts.has(font) ? fonts.get(font).charProcOperatorList : undefined;
    if (longestStep(list, lettersOf) > LONGEST_STEP)
      throw new Error('The page draws too much at once');
  }

  async #page(number: number): Promise<PDFPageProxy> {
    const opened = await this.#inTime(this.#task.promise);
    return this.#inTime(opened.getPage(number));
  }

  /** Waits no longer than a user would; a page that nobody sees is not drawn, and may take its time. */
  async #inTime<T>(awaited: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const look = () => {
        if (document.hidden) wait();
        else reject(new Error('The PDF took too long'));
      };
      const wait = () => (timer = setTimeout(look, LONGEST_WAIT));
      wait();
    });
    try {
      return await Promise.race([awaited, this.#failed, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
