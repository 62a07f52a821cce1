import type { WriteObserver } from '../registry/ports/write-observer.ts';
import type { Execute } from './commands/index.ts';

/** The same, and `observer` is told of every command. */
export function observedExecute(execute: Execute, observer: WriteObserver | undefined): Execute {
  if (observer === undefined) return execute;
  return (name, input) => {
    const startedAt = performance.now();
    observer.begun();
    return execute(name, input).finally(() => observer.ended((performance.now() - startedAt) / 1000));
  };
}
