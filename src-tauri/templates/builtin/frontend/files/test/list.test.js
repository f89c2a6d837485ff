import assert from "node:assert/strict";
import { test } from "node:test";

import { addItem, countText, removeItem } from "../src/list.js";

test("items are added and removed", () => {
  const items = addItem(addItem([], " milk "), "bread");
  assert.deepEqual(items, [{ id: 1, text: "milk" }, { id: 2, text: "bread" }]);
  assert.deepEqual(removeItem(items, 1), [{ id: 2, text: "bread" }]);
  assert.equal(addItem(items, "  "), items);
});

test("items are counted in words", () => {
  assert.equal(countText([]), "0 items");
  assert.equal(countText([{}]), "1 item");
});
