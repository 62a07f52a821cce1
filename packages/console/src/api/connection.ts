/** No answer came: the registry is away, or the network between. */
export class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super('The registry cannot be reached.', { cause });
    this.name = 'ConnectionLost';
  }
}

let isReachable = true;
const listeners = new Set<() => void>();

/** Tells whoever waits whether the last request got an answer, of whatever kind. */
export function noteReachable(reachable: boolean): void {
  if (reachable === isReachable) return;
  isReachable = reachable;
  for (const listener of listeners) listener();
}

/** Whether the last request got an answer; `subscribe` and `now` are what `useSyncExternalStore` takes. */
export const connection = {
  now: (): boolean => isReachable,
  subscribe: (changed: () => void): (() => void) => {
    listeners.add(changed);
    return () => void listeners.delete(changed);
  },
};
