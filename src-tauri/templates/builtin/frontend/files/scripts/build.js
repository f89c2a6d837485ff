import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const HASHED = /\.(js|css)$/;
const IMPORTED = /(?<=(?:from|import)\s*\(?\s*["']\.\/)[^"']+(?=["'])/g;
const REFERRED = /(?<=(?:href|src)=["']\.\/)[^"']+(?=["'])/g;

/** Copies a folder of pages, styles and modules, with a hash in the name of what pages refer to. */
export async function build(source, target) {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const names = await readdir(source);
  const built = new Map();

  async function add(name, above = []) {
    if (built.has(name)) return built.get(name);
    if (above.includes(name)) throw new Error(`Modules import each other: ${[...above, name]}`);
    if (!names.includes(name)) throw new Error(`${above.at(-1)} refers to ${name}, which is missing`);
    let content = await readFile(new URL(name, source));
    const pattern = name.endsWith(".js") ? IMPORTED : name.endsWith(".html") ? REFERRED : undefined;
    if (pattern) {
      let text = content.toString("utf8");
      for (const other of new Set(text.match(pattern) ?? [])) {
        const hashed = await add(other, [...above, name]);
        text = text.replace(pattern, (found) => (found === other ? hashed : found));
      }
      content = Buffer.from(text);
    }
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
    const output = name.replace(HASHED, (ending) => `-${hash}${ending}`);
    await writeFile(new URL(output, target), content);
    built.set(name, output);
    return output;
  }

  for (const name of names) await add(name);
  return [...built.values()].sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = await build(new URL("../src/", import.meta.url), new URL("../dist/", import.meta.url));
  console.log(files.map((file) => `dist/${file}`).join("\n"));
}
