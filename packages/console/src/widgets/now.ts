import { useSyncExternalStore } from 'react';
import { registryNow } from '../api/registry-clock.ts';

const listeners = new Set<() => void>();
let now = registryNow();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(changed: () => void): () => void {
  listeners.add(changed);
  if (timer === undefined) {
    now = registryNow();
    timer = setInterval(() => {
      now = registryNow();
      for (const listener of listeners) listener();
    }, 30_000);
  }
  return () => {
    listeners.delete(changed);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time of now by the registry's clock in milliseconds, half a minute old at most; one timer serves all who ask. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
