/** What the page may do: call use cases by name, and hear of them. Nothing else. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { startDesktop } from './desktop.mjs';
import { pictured } from './pictured.mjs';
import { Refused } from './webdriver.mjs';

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
const test = pictured(() => desktop);
/** @type {import('./webdriver.mjs').Page} */
let page;

before(async () => {
  desktop = await startDesktop();
  page = await desktop.open();
});
after(() => desktop.stop());

const invoke = (/** @type {string} */ command, /** @type {object} */ args) =>
  page.run((command, args) => window.__TAURI_INTERNALS__.invoke(command, args), command, args);

const refusal = async (/** @type {Promise<unknown>} */ attempt) => {
  const error = await attempt.then(() => assert.fail('it was allowed'), (reason) => reason);
  assert.ok(error instanceof Refused, String(error));
  return error.reason;
};

for (const [command, args] of /** @type {[string, object][]} */ ([
  ['plugin:fs|read_text_file', { path: '/etc/passwd' }],
  ['plugin:shell|execute', { program: 'id', args: [] }],
  ['plugin:http|fetch', { url: 'http://127.0.0.1/' }],
  ['plugin:dialog|open', { options: { directory: true } }],
  ['plugin:dialog|message', { message: 'hello' }],
  ['plugin:opener|open_path', { path: '/etc' }],
  ['plugin:window|close', {}],
  ['plugin:webview|create_webview_window', { options: { label: 'more' } }],
  ['plugin:event|emit', { event: 'undercroft', payload: {} }],
  ['plugin:path|resolve_directory', { directory: 1 }],
  ['plugin:window-state|restore_state', {}],
  ['plugin:app|app_hide', {}],
  ['dispatch', { name: 'app_info', request: {} }],
])) {
  test(`${command} is refused`, async () => {
    assert.match(JSON.stringify(await refusal(invoke(command, args))), /not allowed|not found/);
  });
}

test('a typed path is refused in the window', async () => {
  assert.equal((await refusal(page.call('place_type', { path: '/etc' }))).code, 'unsupported');
});

test('a path in the place of an id is refused', async () => {
  const reason = await refusal(page.call('project_add', { place: '/etc', name: null, tags: [] }));
  assert.equal(reason.code, 'not_found');
});

test('what is no use case is refused', async () => {
  assert.equal((await refusal(page.call('nonsense'))).code, 'not_found');
});

test('a request of another shape is refused in words', async () => {
  const reason = await refusal(page.call('project_show', { project: 1 }));
  assert.equal(reason.code, 'invalid');
  for (const part of ['what', 'why', 'next']) assert.notEqual(reason[part], '');
});

test('the page cannot leave, nor open another window', async () => {
  const here = await page.run(() => location.href);
  const secret = join(desktop.folder, 'secret.html');
  writeFileSync(secret, '<title>secret</title>');
  for (const there of ['https://example.org/', `file://${secret}`, 'data:text/html,hello', 'http://127.0.0.1:9/']) {
    await page.run((there) => void (location.href = there), there);
    await page.run(() => new Promise((done) => setTimeout(done, 200)));
    assert.equal(await page.run(() => location.href), here, there);
    assert.equal(await page.run((there) => window.open(there), there), null, there);
  }
});

test('the page cannot reach the network or the disk', async () => {
  const attempts = ['http://127.0.0.1:9/', 'https://example.org/', 'file:///etc/passwd'];
  for (const url of attempts) {
    const outcome = await page.run((url) => fetch(url).then(() => 'reached', () => 'refused'), url);
    assert.equal(outcome, 'refused', url);
  }
});

test('no script runs that the program did not bring', async () => {
  const ran = await page.run(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.smuggled = true';
    document.body.append(script);
    const image = document.createElement('div');
    image.innerHTML = '<img src="data:," onerror="window.smuggled = true">';
    document.body.append(image);
    await new Promise((done) => setTimeout(done, 200));
    return window.smuggled === true;
  });
  assert.equal(ran, false);
});
