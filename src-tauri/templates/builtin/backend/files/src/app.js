import { createServer } from "node:http";

import { createItems } from "./items.js";
import { HttpError, readJson, sendJson } from "./http.js";

/** Makes the server; it does not listen yet. `fallback` answers what no route does. */
export function createApp({ items = createItems(), fallback } = {}) {
  const routes = [
    ["GET", /^\/health$/, () => [200, { status: "ok" }]],
    ["GET", /^\/api\/items$/, () => [200, items.list()]],
    [
      "POST",
      /^\/api\/items$/,
      async (request) => {
        const { text } = await readJson(request);
        if (typeof text !== "string" || text.trim() === "") {
          throw new HttpError(400, "text must be a string that is not empty");
        }
        return [201, items.add(text.trim())];
      },
    ],
    [
      "DELETE",
      /^\/api\/items\/(\d+)$/,
      (_request, id) => {
        if (!items.remove(Number(id))) throw new HttpError(404, "There is no such item");
        return [204];
      },
    ],
  ];

  async function answer(request, response) {
    const { pathname } = new URL(request.url, "http://localhost");
    const matching = routes.filter(([, pattern]) => pattern.test(pathname));
    const route = matching.find(([method]) => method === request.method);
    if (route) {
      const [, pattern, handler] = route;
      const [status, body] = await handler(request, ...pattern.exec(pathname).slice(1));
      return sendJson(response, status, body);
    }
    if (matching.length > 0) throw new HttpError(405, "This method is not allowed here");
    if (fallback && (await fallback(request, response, pathname))) return;
    throw new HttpError(404, "There is nothing here");
  }

  return createServer((request, response) => {
    answer(request, response).catch((error) => {
      const status = error instanceof HttpError ? error.status : 500;
      if (status === 500) console.error(error);
      const message = status === 500 ? "Something went wrong" : error.message;
      if (response.headersSent) response.destroy();
      else sendJson(response, status, { error: message });
    });
  });
}
