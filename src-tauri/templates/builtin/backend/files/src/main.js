import { createApp } from "./app.js";

const port = Number(process.env.PORT ?? "{{port}}");
const host = process.env.HOST ?? "127.0.0.1";

const server = createApp();
server.listen(port, host, () => {
  const address = server.address();
  console.log(`Listening on http://${address.address}:${address.port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections?.();
  });
}
