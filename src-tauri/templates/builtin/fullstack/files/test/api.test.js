import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { createApp } from "../server/app.js";

let server;
let base;

before(async () => {
  server = createApp();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${server.address().port}`;
});

after(() => {
  server.closeAllConnections?.();
  return new Promise((resolve) => server.close(resolve));
});

const send = (method, path, body) => fetch(base + path, { method, body });

test("the service is healthy", async () => {
  const response = await send("GET", "/health");
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: "ok" });
});

test("an item is added, listed and removed", async () => {
  const added = await send("POST", "/api/items", JSON.stringify({ text: " milk " }));
  assert.equal(added.status, 201);
  const item = await added.json();
  assert.equal(item.text, "milk");
  assert.deepEqual(await (await send("GET", "/api/items")).json(), [item]);
  assert.equal((await send("DELETE", `/api/items/${item.id}`)).status, 204);
  assert.equal((await send("DELETE", `/api/items/${item.id}`)).status, 404);
});

test("requests that make no sense are refused", async () => {
  assert.equal((await send("POST", "/api/items", "no JSON")).status, 400);
  assert.equal((await send("POST", "/api/items", "{}")).status, 400);
  assert.equal((await send("POST", "/api/items", "null")).status, 400);
  assert.equal((await send("PUT", "/api/items")).status, 405);
  assert.equal((await send("GET", "/nothing")).status, 404);
});
