/** How the UI is built: relative assets, so that it runs in the window and below any path. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { helpPages } from './help-pages.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** In dev mode the calls can go to a running `undercroft serve`: name it and its token file. */
function engine() {
  const { UNDERCROFT_SERVER: target, UNDERCROFT_TOKEN_FILE: file } = process.env;
  if (!target || !file) return undefined;
  const authorization = `Bearer ${readFileSync(file, 'utf8').trim()}`;
  return { '/api': { target, changeOrigin: true, headers: { authorization, origin: target } } };
}

/** The moments at which every test runs, whatever day it is: an ordinary one, the night in which a
 * clock jumps ahead, a leap day. One that the environment names takes their place. */
function moments() {
  const { TEST_NOW, TZ = 'UTC' } = process.env;
  if (TEST_NOW) return [{ name: 'named', env: { TEST_NOW, TZ } }];
  return [
    { name: 'weekday', env: { TEST_NOW: '2026-05-20T14:25:00Z', TZ: 'Europe/Berlin' } },
    { name: 'dst', env: { TEST_NOW: '2026-03-08T10:05:00Z', TZ: 'America/Los_Angeles' } },
    { name: 'leap-day', env: { TEST_NOW: '2028-02-29T23:40:00Z', TZ: 'Asia/Kolkata' } },
  ];
}

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [
    helpPages(here('../docs')),
    svelte({ configFile: here('./svelte.config.js') }),
    svelteTesting({ autoCleanup: false }),
  ],
  resolve: { alias: { $lib: here('./src/lib') } },
  server: { port: 5173, strictPort: true, host: 'localhost', proxy: engine() },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    // One sheet: no page is drawn before its styles are there, and their order never changes.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    // The frame of every page is one script, instead of one for each icon that pages share with it;
    // what is asked for by a key or a button comes late, in scripts of its own.
    // The choice of words is one of its own, which uses nothing of the frame: the frame reads the
    // words as it is loaded.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'words',
              test: /\/src\/lib\/(words\/(en|index|plural)\b|language\.ts|view-preferences\.ts)|preload-helper/,
              priority: 1,
            },
            {
              name: 'frame',
              test: /\/src\/lib\/(components\/(base|shell)|state)\/(?!(Command)?Palette|palette|Shortcuts|Password|RadioGroup|InlineEdit|restore\.|plan-editor|usage-picture|versions\.|files\.)/,
            },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: [here('./src/test/setup.ts')],
    restoreMocks: true,
    // Left to itself, vitest keeps one processor free, of two.
    maxWorkers: '100%',
    testTimeout: 120_000,
    projects: moments().map((moment) => ({ extends: true, test: moment })),
  },
});
