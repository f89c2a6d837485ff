import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
};

/** Answers with a file below `root`; false where there is none. */
export async function sendFile(root, request, response, pathname) {
  if (!["GET", "HEAD"].includes(request.method)) return false;
  let name;
  try {
    name = decodeURIComponent(pathname);
  } catch {
    return false;
  }
  if (name.endsWith("/")) name += "index.html";
  // A name that leads out, or to what is hidden, is as good as none.
  if (/[\\\0]|(^|\/)\./.test(name)) return false;
  let content;
  try {
    content = await readFile(fileURLToPath(root) + name.replace(/^\/+/, ""));
  } catch {
    return false;
  }
  response.writeHead(200, {
    "content-type": TYPES[extname(name)] ?? "application/octet-stream",
    "content-length": content.length,
    "x-content-type-options": "nosniff",
  });
  response.end(request.method === "HEAD" ? undefined : content);
  return true;
}
