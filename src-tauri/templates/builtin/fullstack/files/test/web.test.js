import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { createApp } from "../server/app.js";
import { sendFile } from "../server/static.js";
import { createApi } from "../web/api.js";
import { countText } from "../web/list.js";

let server;
let base;

before(async () => {
  const root = new URL("../web/", import.meta.url);
  server = createApp({ fallback: (...request) => sendFile(root, ...request) });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  server.closeAllConnections?.();
  return new Promise((resolve) => server.close(resolve));
});

test("the page speaks to the service", async () => {
  const api = createApi((path, options) => fetch(base + path, options));
  const item = await api.add("milk");
  assert.deepEqual(await api.list(), [item]);
  await api.remove(item.id);
  await assert.rejects(api.add(""), /text must be/);
});

test("the page is served, and nothing beside it", async () => {
  const page = await fetch(`${base}/`);
  assert.match(page.headers.get("content-type"), /text\/html/);
  assert.match(await page.text(), /<h1>/);
  for (const path of ["/..%2fpackage.json", "/%2e%2e/package.json", "/missing.js", "/%"]) {
    assert.equal((await fetch(base + path)).status, 404, path);
  }
});

test("items are counted in words", () => {
  assert.equal(countText([]), "0 items");
  assert.equal(countText([{}]), "1 item");
});
