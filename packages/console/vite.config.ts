import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** `npm run dev` of this package, beside a server at the usual address. */
const server = 'http://127.0.0.1:5000';

/**
 * Dialogs add styles that keep the page behind them from scrolling, and forget the value by which the page's policy takes them; what they are made
 * with is given it here. The build fails when that is no longer where it was.
 */
function styleNonce(): Plugin {
  const made = "document.createElement('style')";
  const withNonce = `Object.assign(${made}, { nonce: document.querySelector('meta[property="csp-nonce"]')?.nonce ?? '' })`;
  let isDone = false;
  return {
    name: 'style-nonce',
    apply: 'build',
    transform: (code, id) => {
      if (!/\/@rc-component\/util\/.*\/dynamicCSS\.js$/.test(id) || !code.includes(made)) return null;
      isDone = true;
      return { code: code.replaceAll(made, withNonce), map: null };
    },
    generateBundle: () => {
      if (!isDone) throw new Error('components make their styles elsewhere now: look how they get a nonce');
    },
  };
}

export default defineConfig({
  plugins: [react(), styleNonce()],
  build: { target: 'es2023', assetsInlineLimit: 0, manifest: true, chunkSizeWarningLimit: 1500 },
  server: { proxy: { '/api': server, '/auth': server } },
});
