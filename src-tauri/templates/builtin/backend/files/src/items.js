/** Items in memory, in the order in which they were added. */
export function createItems() {
  const items = new Map();
  let last = 0;
  return {
    list: () => [...items.values()],
    add(text) {
      last += 1;
      const item = { id: last, text };
      items.set(last, item);
      return item;
    },
    remove: (id) => items.delete(id),
  };
}
