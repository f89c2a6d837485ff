/** The number of items in words. */
export function countText(items) {
  return items.length === 1 ? "1 item" : `${items.length} items`;
}
