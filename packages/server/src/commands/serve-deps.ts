import type { Server } from '../compose.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Backends, StartWriter, WriteSettings } from '../open-backends.ts';

/** What `serve` is made of, handed in by main.ts. */
export interface ServeDeps {
  readonly config: Config;
  /** Where each of its values came from. */
  readonly effective: LoadedConfig['effective'];
  readonly openBackends: (config: Config, writing: WriteSettings) => Promise<Backends>;
  /** Loads what builds a server over opened backends. */
  readonly loadComposition: () => Promise<{ composeServer(loaded: LoadedConfig, backends: Backends): Promise<Server> }>;
  readonly startWriter: StartWriter;
}

/** How long running requests may take to finish. */
export function drainMsOf({ limits }: Config): number {
  return limits.drainSeconds * 1000;
}

/** How long a worker or writer may do nothing. */
export function stuckMsOf({ limits }: Config): number {
  return limits.stuckSeconds * 1000;
}

/** How a server writes: before the writer is taken for stuck, its clients should know that they have to come back. */
export function writingOf(config: Config, socket?: string): WriteSettings {
  return { socket, patienceMs: stuckMsOf(config) / 2, toServe: true };
}

/** The same for a worker, which is taken for stuck when it is not ready in time: it ends before, and is started again. */
export function writingOfWorker(config: Config, socket: string | undefined): WriteSettings {
  return { ...writingOf(config, socket), mostWaitMs: stuckMsOf(config) / 2 };
}
