/** How the UI is built: relative assets, so that it runs in the window and below any path. */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [
    svelte({ configFile: here('./svelte.config.js') }),
    svelteTesting({ autoCleanup: false }),
  ],
  resolve: { alias: { $lib: here('./src/lib') } },
  server: { port: 5173, strictPort: true, host: 'localhost' },
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
