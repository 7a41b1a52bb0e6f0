import { defineConfig } from 'vite';

/** No inlined files and no preload helper: the pages run under a Content-Security-Policy that takes files only. */
export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: false },
});
