import { addItem, countText, removeItem } from "./list.js";

const form = document.querySelector("#add");
const list = document.querySelector("#items");
const count = document.querySelector("#count");
let items = [];

function show(next) {
  items = next;
  count.textContent = countText(items);
  list.replaceChildren(
    ...items.map((item) => {
      const row = document.createElement("li");
      const remove = document.createElement("button");
      remove.textContent = "Remove";
      remove.setAttribute("aria-label", `Remove ${item.text}`);
      remove.addEventListener("click", () => show(removeItem(items, item.id)));
      row.append(item.text, remove);
      return row;
    }),
  );
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  show(addItem(items, new FormData(form).get("text")));
  form.reset();
});

show(items);
