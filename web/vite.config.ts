import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Each page is built by itself (`--mode guest`, `--mode control`): a chunk that both share would bring the guest what only the
// control room uses of Svelte, and the order of their style sheets would depend on it.
export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  resolve: { alias: { $lib: here('./src/lib') } },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    target: ['es2022', 'safari16'],
    emptyOutDir: mode !== 'control',
    manifest: `.vite/${mode}.json`,
    // The pages' CSP allows no data: addresses in scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Without this, what only later screens use of Svelte comes with the first view.
      treeshake: { moduleSideEffects: (id) => !id.includes('/node_modules/svelte/') },
      input: here(`./${mode === 'control' ? 'control' : 'guest'}/index.html`),
    },
  },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
}));
