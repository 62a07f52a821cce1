import type { Server } from '../compose.ts';
import type { Config } from '../config/schema.ts';
import type { Backends, StartWriter } from '../open-backends.ts';

/** What `serve` is made of, handed in by main.ts. */
export interface ServeDeps {
  readonly config: Config;
  readonly openBackends: (config: Config, writerSocket?: string) => Promise<Backends>;
  /** Loads what builds a server over opened backends. */
  readonly loadComposition: () => Promise<{ composeServer(config: Config, backends: Backends): Promise<Server> }>;
  readonly startWriter: StartWriter;
}

/** How long running requests may take to finish. */
export function drainMsOf({ limits }: Config): number {
  return limits.drainSeconds * 1000;
}
