/**
 * The pages of `docs`, made ready for the window when it is built: `virtual:help` names them, and
 * `virtual:help/NAME` has one as HTML. So no parser is shipped, and what is shown was written here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Marked } from 'marked';
import type { Tokens } from 'marked';
import type { Plugin } from 'vite';

/** The page that the others are listed on. */
export const FIRST = 'README';
const INDEX = 'virtual:help';

export type HelpPage = {
  name: string;
  title: string;
  headings: { text: string; at: string }[];
  html: string;
};

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);

/** The anchor that a heading has, as GitHub gives it. */
const anchorOf = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

const plainText = (tokens: readonly Tokens.Generic[]): string =>
  tokens
    .map((token) => (token.tokens ? plainText(token.tokens) : String(token['text'] ?? '')))
    .join('');

/** The address that a link has in the window; none for what is not in it. */
function addressOf(href: string, page: string): string | null {
  const [, file, at] = /^([\w-]+\.md)?(?:#(.+))?$/.exec(href) ?? [];
  if (!file && !at) return null;
  const name = file ? basename(file, '.md') : page;
  return `#/help${name === FIRST ? '' : `/${name}`}${at ? `?at=${at}` : ''}`;
}

/** One page of Markdown. HTML in it is shown as text, and a picture by its words: the window itself
 * is what it shows. */
export function renderPage(name: string, markdown: string): HelpPage {
  const headings: HelpPage['headings'] = [];
  let title = name;
  const marked = new Marked({
    renderer: {
      html: ({ text }) => escape(text),
      image: ({ text }) => `<span class="picture">${escape(text)}</span>`,
      heading({ tokens, depth }) {
        const text = plainText(tokens);
        if (depth === 1) title = text;
        else headings.push({ text, at: anchorOf(text) });
        const said = this.parser.parseInline(tokens);
        return depth === 1 ? '' : `<h${depth} id="help-${anchorOf(text)}">${said}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const said = this.parser.parseInline(tokens);
        const address = addressOf(href, name);
        if (address) return `<a href="${escape(address)}">${said}</a>`;
        // The window leads nowhere but to its own pages: another address is there to be copied.
        return href.includes('://') ? `${said} <code>${escape(href)}</code>` : said;
      },
    },
  });
  const html = marked
    .parse(markdown, { async: false })
    .replace(/<table>[^]*?<\/table>/g, (table) => `<div class="table">${table}</div>`);
  return { name, title, headings, html };
}

/** Every page below `folder`, the first one first and the others by their titles. */
export function readPages(folder: string): HelpPage[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.md'));
  const pages = files.map((file) =>
    renderPage(basename(file, '.md'), readFileSync(join(folder, file), 'utf8')),
  );
  const rank = ({ name }: HelpPage) => (name === FIRST ? 0 : 1);
  return pages.sort(
    (left, right) => rank(left) - rank(right) || left.title.localeCompare(right.title),
  );
}

/** The plugin that serves the pages of `folder`. */
export function helpPages(folder: string): Plugin {
  return {
    name: 'help-pages',
    resolveId: (id) => (id === INDEX || id.startsWith(`${INDEX}/`) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${INDEX}`)) return undefined;
      const pages = readPages(folder);
      for (const { name } of pages) this.addWatchFile(join(folder, `${name}.md`));
      const wanted = id.slice(INDEX.length + 2);
      if (wanted) {
        const page = pages.find(({ name }) => name === wanted);
        return `export const html = ${JSON.stringify(page?.html ?? '')};`;
      }
      const index = pages.map(({ name, title, headings }) => ({ name, title, headings }));
      const loaders = pages.map(({ name }) => {
        const module = JSON.stringify(`${INDEX}/${name}`);
        return `${JSON.stringify(name)}: () => import(${module})`;
      });
      return `export const index = ${JSON.stringify(index)};\nexport const load = {${loaders.join()}};`;
    },
  };
}
