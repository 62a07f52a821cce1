import type { Contender } from './contender.ts';
import type { ContentSize } from './content-size.ts';
import type { Fixture } from './fixture.ts';
import { processorSeconds } from './process-usage.ts';
import type { RunningServer } from './server-process.ts';

/** A contender under measurement, which holds the fixture and as much more as the size says. */
export interface Subject {
  readonly contender: Contender;
  /** A row that starts it anew puts the new one here. */
  server: RunningServer;
  readonly fixture: Fixture;
  readonly size: ContentSize;
  /** Where the server has its state; a row may put other servers into folders in it. */
  readonly directory: string;
}

/** One figure of one round. */
export interface Figure {
  readonly name: string;
  /** A rate: more is better. A cost: less is better. `client`: what the load generator used, which belongs to no contender. */
  readonly kind: 'rate' | 'cost' | 'client';
  /** `undefined` where the contender has no such thing. */
  readonly value: number | undefined;
  /** Whether the contender's durability is part of what the figure means. */
  readonly written?: boolean;
}

/** One measurement, which `--only` names; it may bring several lines of the tables. */
export interface Row {
  readonly id: string;
  /** Measured only when `--only` names it. */
  readonly long?: boolean;
  measure(subject: Subject, seconds: number): Promise<Figure[]>;
  /** The same work without a registry, by a contender that is none; the figures have the same names. */
  measureBare?(subject: Subject, seconds: number): Promise<Figure[]>;
}

/** A figure of which more is better. */
export const rate = (name: string, value: number | undefined): Figure => ({ name, kind: 'rate', value });
/** A figure of which less is better. */
export const cost = (name: string, value: number | undefined): Figure => ({ name, kind: 'cost', value });

/** Runs the work and says how many processor seconds the server used meanwhile: `undefined` for one that cannot be looked at. */
export async function withProcessorTime<T>({ pid }: RunningServer, work: () => Promise<T>): Promise<[T, number | undefined]> {
  if (pid === undefined) return [await work(), undefined];
  const before = processorSeconds(pid);
  const result = await work();
  return [result, processorSeconds(pid) - before];
}
