/**
 * The built pages over what the engine was recorded to answer, by HTTP: a server that answers late, with
 * errors, or not at all, as a test says.
 */

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer as createVite } from 'vite';

const ui = resolve(fileURLToPath(import.meta.url), '../../../ui');
const pages = join(ui, 'dist');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/**
 * How a call is answered: after so many milliseconds; with an error that the engine explains, with a page of
 * HTTP's own, or by a connection that breaks; or never. By itself at once, and well.
 * @typedef {{ late?: number, fail?: 'explained' | 'http' | 'broken', silent?: boolean }} Manner
 */

/** What the engine says of every call that fails. */
export const EXPLAINED = {
  code: 'internal',
  what: 'The catalog cannot be read',
  why: 'The disk does not answer',
  next: 'Look at the disk, then try again',
};

export class RecordedSite {
  /** How the next calls are answered. @type {(name: string, request: any) => Manner} */
  manner = () => ({});
  /** What becomes of a reply before it is sent. @type {(reply: any, name: string) => any} */
  told = (reply) => reply;
  /** The calls that came, in their order. @type {{ name: string, request: any }[]} */
  calls = [];
  /** Calls that wait for their answer. */
  open = 0;

  /** @param {'full' | 'empty'} [scenario] */
  static async start(scenario = 'full') {
    if (!existsSync(join(pages, 'index.html'))) throw new Error(`${pages} is not built: npm run build`);
    const site = new RecordedSite();
    site.vite = await createVite({
      configFile: false,
      root: ui,
      resolve: { alias: { $lib: join(ui, 'src/lib') } },
      server: { middlewareMode: true, hmr: false, ws: false, watch: null },
      appType: 'custom',
      logLevel: 'error',
      optimizeDeps: { noDiscovery: true },
    });
    const { RecordedBackend } = await site.vite.ssrLoadModule('/src/lib/backend/recorded.ts');
    site.backend = new RecordedBackend({ scenario });
    await new Promise((done) => site.server.listen(0, '127.0.0.1', () => done(undefined)));
    const address = /** @type {import('node:net').AddressInfo} */ (site.server.address());
    site.origin = `http://127.0.0.1:${address.port}`;
    return site;
  }

  server = createServer((request, response) => void this.#answer(request, response));

  async link() {
    return `${this.origin}/`;
  }

  /** How often a use case was asked for. @param {string} name */
  count(name) {
    return this.calls.filter((call) => call.name === name).length;
  }

  async stop() {
    this.server.closeAllConnections();
    await Promise.all([new Promise((done) => this.server.close(done)), this.vite?.close()]);
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #answer(request, response) {
    const path = new URL(request.url ?? '', this.origin).pathname;
    if (path === '/api/events') return this.#follow(response);
    const name = /^\/api\/call\/(\w+)$/.exec(path)?.[1];
    if (!name) return sendPage(path, response);
    let body = '';
    for await (const part of request) body += part;
    await this.#call(name, JSON.parse(body), response);
  }

  /** @param {import('node:http').ServerResponse} response */
  #follow(response) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    const stop = this.backend.subscribe((/** @type {any} */ event) => response.write(`data: ${JSON.stringify(event)}\n\n`));
    response.on('close', stop);
  }

  /** @param {string} name @param {any} request @param {import('node:http').ServerResponse} response */
  async #call(name, request, response) {
    this.calls.push({ name, request });
    const { late = 0, fail, silent = false } = this.manner(name, request);
    if (silent) return;
    this.open += 1;
    if (late > 0) await new Promise((done) => setTimeout(done, late));
    this.open -= 1;
    if (fail === 'broken') return void response.destroy();
    if (fail === 'http') return send(response, 500, 'text/html', '<h1>Internal Server Error</h1>');
    if (fail === 'explained') return send(response, 500, 'application/json', JSON.stringify(EXPLAINED));
    try {
      const reply = this.told(await this.backend.call(name, request), name);
      send(response, 200, 'application/json', JSON.stringify(reply ?? null));
    } catch (error) {
      if (!(error instanceof Error) || !('wire' in error)) throw error;
      send(response, 400, 'application/json', JSON.stringify(error.wire));
    }
  }
}

/** @param {string} path @param {import('node:http').ServerResponse} response */
function sendPage(path, response) {
  const file = join(pages, path === '/' ? 'index.html' : path);
  if (!file.startsWith(pages + sep) || !existsSync(file)) return send(response, 404, 'text/plain', 'Not found');
  const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(file))] ?? 'application/octet-stream';
  send(response, 200, type, readFileSync(file));
}

/** @param {import('node:http').ServerResponse} response @param {number} status @param {string} type @param {string | Buffer} body */
function send(response, status, type, body) {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}
