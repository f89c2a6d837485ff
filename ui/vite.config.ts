/** How the UI is built: relative assets, so that it runs in the window and below any path. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** In dev mode the calls can go to a running `undercroft serve`: name it and its token file. */
function engine() {
  const { UNDERCROFT_SERVER: target, UNDERCROFT_TOKEN_FILE: file } = process.env;
  if (!target || !file) return undefined;
  const authorization = `Bearer ${readFileSync(file, 'utf8').trim()}`;
  return { '/api': { target, changeOrigin: true, headers: { authorization, origin: target } } };
}

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [
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
    modulePreload: { polyfill: false },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: [here('./src/test/setup.ts')],
    restoreMocks: true,
  },
});
