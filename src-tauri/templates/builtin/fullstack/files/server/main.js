import { createApp } from "./app.js";
import { sendFile } from "./static.js";

const folder = process.env.WEB === "dist" ? "../dist/" : "../web/";
const root = new URL(folder, import.meta.url);
const port = Number(process.env.PORT ?? "{{port}}");

const server = createApp({
  fallback: (request, response, pathname) => sendFile(root, request, response, pathname),
});
server.listen(port, process.env.HOST ?? "127.0.0.1", () => {
  const address = server.address();
  console.log(`Listening on http://${address.address}:${address.port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections?.();
  });
}
