import { afterEach, describe, expect, it, vi } from 'vitest';
import { BackendError } from './backend';
import type { BackendEvent, WireError } from './bindings';
import { EventStreamParser } from './event-stream';
import { HttpBackend } from './http';

const notice = (text: string): BackendEvent => ({ type: 'notice', text });
const wire: WireError = { code: 'locked', what: 'W', why: 'Y', next: 'N' };

function streamOf(...chunks: string[]): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
  return new Response(body, { status: 200 });
}

afterEach(() => vi.unstubAllGlobals());

describe('a call', () => {
  it('posts the request to the name and returns the reply', async () => {
    const fetch = vi.fn(async () => Response.json([{ id: 'p' }]));
    vi.stubGlobal('fetch', fetch);
    expect(await new HttpBackend().call('project_list', { tag: 'a' })).toEqual([{ id: 'p' }]);
    expect(fetch).toHaveBeenCalledWith(
      './api/call/project_list',
      expect.objectContaining({ method: 'POST', body: '{"tag":"a"}', credentials: 'omit' }),
    );
  });

  it.each([
    ['an explained error keeps its parts', () => Response.json(wire, { status: 409 }), 'locked'],
    ['401 without an explanation', () => new Response('', { status: 401 }), 'unauthorized'],
    ['a broken answer', () => new Response('<html>', { status: 502 }), 'internal'],
    ['a reply that is not JSON', () => new Response('oops', { status: 200 }), 'internal'],
    [
      'no answer at all',
      () => {
        throw new TypeError('network');
      },
      'unavailable',
    ],
  ])('%s', async (_, answer, code) => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => answer()),
    );
    const failure = await new HttpBackend().call('dashboard', {}).catch((cause: unknown) => cause);
    expect(failure).toBeInstanceOf(BackendError);
    expect((failure as BackendError).wire.code).toBe(code);
  });
});

describe('a link', () => {
  it('is given for a token that goes with every call, and leaves the address', async () => {
    location.hash = '#open=c0de';
    const asked: [string, RequestInit][] = [];
    vi.stubGlobal('fetch', async (address: string, request: RequestInit) => {
      asked.push([address, request]);
      return Response.json(address.endsWith('/api/session') ? { token: 't0ken' } : []);
    });
    const backend = new HttpBackend();
    expect(location.hash).toBe('#/');
    await backend.call('project_list', {});
    expect(asked.map(([address]) => address)).toEqual(['./api/session', './api/call/project_list']);
    expect(asked[0]?.[1].body).toBe('{"code":"c0de"}');
    expect(asked[1]?.[1].headers).toMatchObject({ authorization: 'Bearer t0ken' });
    // Another tab, or the same after it was loaded anew.
    await new HttpBackend().call('project_list', {});
    expect(asked).toHaveLength(3);
    expect(asked[2]?.[1].headers).toMatchObject({ authorization: 'Bearer t0ken' });
    sessionStorage.clear();
  });
});

describe('the event stream', () => {
  it('is put together whatever the chunks and line ends are', () => {
    const seen: string[] = [];
    const parser = new EventStreamParser((data) => seen.push(data));
    for (const piece of [
      'data: {"a"',
      ':1}\r',
      '\n\r\n: ping\n\n',
      'data:two\ndata: lines\n',
      '\n',
    ])
      parser.push(piece);
    expect(seen).toEqual(['{"a":1}', 'two\nlines']);
  });

  it('reaches every listener, comes back after a break, and says when it was lost', async () => {
    vi.useFakeTimers();
    let opened = 0;
    const fetch = vi.fn(async () => {
      opened += 1;
      return streamOf(`data: ${JSON.stringify(notice(`n${opened}`))}\n\n`);
    });
    vi.stubGlobal('fetch', fetch);
    const backend = new HttpBackend();
    const seen: BackendEvent[] = [];
    const links: string[] = [];
    backend.watchLink((state) => links.push(state));
    const stop = backend.subscribe((event) => seen.push(event));
    await vi.advanceTimersByTimeAsync(1200);
    stop();
    const after = opened;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(seen.slice(0, 2)).toEqual([notice('n1'), notice('n2')]);
    expect(links.slice(0, 3)).toEqual(['connected', 'lost', 'connected']);
    expect(opened).toBe(after);
    vi.useRealTimers();
  });
});
