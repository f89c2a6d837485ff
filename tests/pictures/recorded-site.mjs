/** The pages as they ship (`ui/dist`), over the engine as it was recorded: what they show never changes by itself. */

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { mock } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ui = resolve(fileURLToPath(import.meta.url), '../../../ui');
const dist = join(ui, 'dist');

const TYPES = /** @type {Record<string, string>} */ ({
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
});

/** What the engine was recorded to answer, and when. */
export const recording = JSON.parse(readFileSync(join(ui, 'src/test/recorded/library.json'), 'utf8'));

/** What the recorded engine replied to the first such request. @param {string} name @param {object} [request] @returns {any} */
export const replied = (name, request = {}) =>
  recording.calls.find(
    (/** @type {any} */ call) =>
      call.name === name &&
      call.reply &&
      Object.entries(request).every(([key, value]) => JSON.stringify(call.request[key]) === JSON.stringify(value)),
  ).reply;

/** @typedef {'full' | 'empty'} Library */

/**
 * @typedef {object} Manner How the calls of a window are answered; by itself at once, and well.
 * @property {(name: string, request: any) => Promise<Failure | void> | Failure | void} [before] What is waited for first.
 * @property {(reply: any, name: string) => any} [told] What becomes of a reply.
 */
/** @typedef {{ status: number, type: string, body: string } | 'broken'} Failure An answer instead, or a connection that breaks. */

/** A module of the pages. @param {string} path @returns {Promise<any>} */
export async function pagesModule(path) {
  const resolved = { alias: { $lib: join(ui, 'src/lib') } };
  const config = /** @type {const} */ ({ root: ui, configFile: false, logLevel: 'error', resolve: resolved });
  return (await runnerImport(join(ui, 'src', path), config)).module;
}

export class RecordedSite {
  /** What each window is answered by. @type {Map<string, { engine: any, manner: Manner }>} */
  #windows = new Map();
  #server = createServer((request, response) => this.#answer(request, response));

  /** For the rest of this process it is the moment of the recording. */
  static async start() {
    if (!existsSync(join(dist, 'index.html'))) throw new Error('The pages are not built: npm run build');
    process.env.TZ = 'UTC';
    mock.timers.enable({ apis: ['Date'], now: Date.parse(recording.now) });
    const site = new RecordedSite();
    await new Promise((done) => site.#server.listen(0, '127.0.0.1', () => done(undefined)));
    return site;
  }

  /** Where a window finds the pages, over a library in which nothing was done yet. @param {Library} library @param {number} window @param {Manner} [manner] */
  async open(library, window, manner = {}) {
    const path = `/${window}/`;
    this.#windows.set(path, { engine: await engineOf(library), manner });
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}${path}`;
  }

  /** Tells a window of something that happened. @param {number} window @param {object} event */
  publish(window, event) {
    this.#windows.get(`/${window}/`)?.engine.publish(event);
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #answer(request, response) {
    const [, window = '/', path = ''] = /^(\/\d+\/)([^?]*)/.exec(request.url ?? '') ?? [];
    const call = /^api\/call\/(\w+)$/.exec(path)?.[1];
    const known = this.#windows.get(window);
    if (call) return reply(response, known, call, await bodyOf(request));
    if (path === 'api/events') return follow(response, known?.engine);
    const file = join(dist, path || 'index.html');
    if (!existsSync(file)) return response.writeHead(404).end();
    // Parts of the pages have names that change with what is in them.
    const kept = path.startsWith('assets/') ? { 'cache-control': 'max-age=3600' } : {};
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...kept });
    response.end(readFileSync(file));
  }
}

/** The recorded engine; it answers as in the unit tests where the recording has little: counted storage, archives, templates. @param {Library} library */
async function engineOf(library) {
  const [{ RecordedBackend }, { answerUsage }, { answerArchives }, { answerProjectLife }] = await modules;
  const backend = new RecordedBackend({ scenario: library });
  if (library === 'empty') return backend;
  answerUsage(backend, Date.now());
  answerArchives(backend);
  answerProjectLife(backend);
  return backend;
}

const modules = Promise.all(
  ['lib/backend/recorded', 'test/usage', 'test/fixtures/archives', 'test/fixtures/project-life'].map((name) =>
    pagesModule(`${name}.ts`),
  ),
);

/** @param {import('node:http').ServerResponse} response @param {any} engine */
function follow(response, engine) {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  const stop = engine.subscribe((/** @type {object} */ event) => response.write(`data: ${JSON.stringify(event)}\n\n`));
  response.on('close', stop);
}

/** @param {import('node:http').ServerResponse} response @param {any} window @param {string} name @param {object} request */
async function reply(response, { engine, manner }, name, request) {
  const failure = await manner.before?.(name, request);
  if (failure === 'broken') return response.destroy();
  if (failure) return response.writeHead(failure.status, { 'content-type': failure.type }).end(failure.body);
  const [status, answer] = await engine.call(name, request).then(
    (/** @type {unknown} */ body) => [200, manner.told ? manner.told(body, name) : body],
    (/** @type {{ wire: unknown }} */ { wire }) => [400, wire],
  );
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

/** @param {import('node:http').IncomingMessage} request */
async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}
