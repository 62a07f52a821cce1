import type { HeldSettings } from '../config/held-settings.ts';

/** The first thing that a worker hears; the socket to accept from comes with it. */
export interface Begin {
  readonly type: 'begin';
  /** What all workers must agree on, whatever the configuration file says by now. */
  readonly held: HeldSettings;
  /** Where the writer of the metadata listens, when it is a process of its own. */
  readonly writerSocket: string | undefined;
  /** Somebody asked for this by SIGHUP: what failed before is tried again at once. Of several workers one is told so. */
  readonly isReload: boolean;
}

/** Finish and end. */
export interface Drain {
  readonly type: 'drain';
  /** How long connections on which no request is may stay, so that a client's next request does not meet a closed one. */
  readonly idleMs: number;
}

/** Whether its event loop turns. */
export interface Ask {
  readonly type: 'ask';
}

/** From a worker to the supervisor: it takes connections, or its event loop turns. */
export interface FromWorker {
  readonly type: 'listening' | 'here';
}

/** From the supervisor to a worker. Others may add messages of their own: each is an object with a `type`. */
export type WorkerOrder = Begin | Drain | Ask;
