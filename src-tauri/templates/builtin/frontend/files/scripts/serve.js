import { createServer } from "node:http";

import { sendFile } from "./static.js";

const root = new URL("../src/", import.meta.url);
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (!(await sendFile(root, request, response, pathname))) {
    response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("Not found\n");
  }
});

server.listen(Number(process.env.PORT ?? "{{port}}"), "127.0.0.1", () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});
