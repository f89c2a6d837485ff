import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { build } from "../scripts/build.js";

test("the build refers to its hashed files alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "build-"));
  try {
    const target = pathToFileURL(`${folder}/`);
    const files = await build(new URL("../src/", import.meta.url), target);
    const page = await readFile(new URL("index.html", target), "utf8");
    for (const name of ["main", "style"]) {
      const hashed = files.find((file) => file.startsWith(`${name}-`));
      assert.ok(page.includes(`./${hashed}`), hashed);
    }
    const main = files.find((file) => file.startsWith("main-"));
    assert.match(await readFile(new URL(main, target), "utf8"), /from "\.\/list-[0-9a-f]{8}\.js"/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
