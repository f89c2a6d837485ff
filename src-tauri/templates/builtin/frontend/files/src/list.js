/** A list with an item more; texts that are empty add nothing. */
export function addItem(items, text) {
  const trimmed = text.trim();
  if (trimmed === "") return items;
  const id = items.reduce((last, item) => Math.max(last, item.id), 0) + 1;
  return [...items, { id, text: trimmed }];
}

/** A list without the item of this id. */
export function removeItem(items, id) {
  return items.filter((item) => item.id !== id);
}

/** The number of items in words. */
export function countText(items) {
  return items.length === 1 ? "1 item" : `${items.length} items`;
}
