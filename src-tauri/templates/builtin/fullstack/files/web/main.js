import { createApi } from "./api.js";
import { countText } from "./list.js";

const api = createApi();
const form = document.querySelector("#add");
const list = document.querySelector("#items");
const count = document.querySelector("#count");

async function change(step) {
  try {
    await step();
    show(await api.list());
  } catch (error) {
    count.textContent = error.message;
  }
}

function show(items) {
  count.textContent = countText(items);
  list.replaceChildren(
    ...items.map((item) => {
      const row = document.createElement("li");
      const remove = document.createElement("button");
      remove.textContent = "Remove";
      remove.setAttribute("aria-label", `Remove ${item.text}`);
      remove.addEventListener("click", () => change(() => api.remove(item.id)));
      row.append(item.text, remove);
      return row;
    }),
  );
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = new FormData(form).get("text");
  form.reset();
  change(() => api.add(text));
});

change(() => undefined);
