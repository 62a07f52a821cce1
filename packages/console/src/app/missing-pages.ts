import { ConnectionLost } from '../api/connection.ts';
import { keep, readKept } from '../i18n/kept.ts';

const place = 'longshore.reloaded';
const onceInMs = 10_000;

/**
 * A page that cannot be loaded: either nothing can, which is said, or a newer registry has pages of other names, which a reload brings. The router
 * by itself would reload in both cases, and a browser that reaches nothing shows nothing of ours any more.
 */
export function watchMissingPages(): void {
  window.addEventListener('vite:preloadError', (event) => {
    event.payload.message = new ConnectionLost(event.payload).message;
    event.payload.name = 'ConnectionLost';
    void reloadWhenReachable();
  });
}

async function reloadWhenReachable(): Promise<void> {
  if (Date.now() - Number(readKept('sessionStorage', place) ?? 0) < onceInMs) return;
  const answer = await fetch(window.location.href, { method: 'HEAD', headers: { Accept: 'text/html' } }).catch(() => undefined);
  if (answer?.ok !== true) return;
  // What cannot be remembered would be done again and again.
  if (keep('sessionStorage', place, String(Date.now()))) window.location.reload();
}
