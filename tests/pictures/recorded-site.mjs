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

/** @typedef {'full' | 'empty'} Library */

/** A module of the pages. @param {string} path @returns {Promise<any>} */
export async function pagesModule(path) {
  const resolved = { alias: { $lib: join(ui, 'src/lib') } };
  const config = /** @type {const} */ ({ root: ui, configFile: false, logLevel: 'error', resolve: resolved });
  return (await runnerImport(join(ui, 'src', path), config)).module;
}

export class RecordedSite {
  /** What each window is answered by. @type {Map<string, any>} */
  #engines = new Map();
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

  /** Where a window finds the pages, over a library in which nothing was done yet. @param {Library} library @param {number} window */
  async open(library, window) {
    const path = `/${window}/`;
    this.#engines.set(path, await engine(library));
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}${path}`;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #answer(request, response) {
    const [, window = '/', path = ''] = /^(\/\d+\/)([^?]*)/.exec(request.url ?? '') ?? [];
    const call = /^api\/call\/(\w+)$/.exec(path)?.[1];
    if (call) return reply(response, this.#engines.get(window), call, await bodyOf(request));
    // Nothing happens in a picture: the stream of events stays open, and silent.
    if (path === 'api/events') return response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const file = join(dist, path || 'index.html');
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    response.end(readFileSync(file));
  }
}

/** The recorded engine; it answers as in the unit tests where the recording has little: counted storage, archives, templates. @param {Library} library */
async function engine(library) {
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

/** @param {import('node:http').ServerResponse} response @param {any} backend @param {string} name @param {object} request */
async function reply(response, backend, name, request) {
  const [status, answer] = await backend.call(name, request).then(
    (/** @type {unknown} */ body) => [200, body],
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
