import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** Where `bangfu serve` listens while one develops. */
const BACKEND = process.env.BANGFU_BACKEND ?? 'http://127.0.0.1:8000';

/** `--mode fixtures` answers the API from invented data in `dev/`; otherwise requests go to the server. */
export default defineConfig(async ({ mode }) => {
  const fixtures = mode === 'fixtures';
  // The host stays as the browser sent it: Django compares it with the origin of a write.
  const backend = { target: BACKEND, changeOrigin: false };
  const proxy = fixtures ? undefined : { '/api': backend, '/_allauth': backend };
  return {
    base: '/',
    define: { __VUE_OPTIONS_API__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false' },
    plugins: [vue(), ...(fixtures ? [(await import('./dev/plugin.ts')).fixtureServer()] : [])],
    build: { outDir: 'dist', assetsDir: 'assets', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 400 },
    server: { proxy },
    preview: { proxy, port: 4173 },
  };
});
