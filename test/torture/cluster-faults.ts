import { setTimeout as wait } from 'node:timers/promises';
import type { BackingServices } from '../replicas/backing-services.ts';
import type { BreakableLink } from '../replicas/breakable-link.ts';
import { type FaultyS3, s3Faults } from '../replicas/faulty-s3.ts';
import type { Replica } from '../replicas/replica.ts';
import type { PostgresEnd } from '../tools/postgres.ts';
import { executePostgres } from '../tools/postgres-query.ts';
import type { WrongClock } from '../tools/wrong-clock.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Something that happens to servers. */
export interface Fault {
  readonly kind: string;
  /** Does it, and resolves when it is over and everything whole again. */
  strike(): Promise<void>;
}

/** A replica and the clock that it goes by. */
export interface ClockedReplica {
  readonly replica: Replica;
  readonly clock: WrongClock;
}

const startTries = 20;

/** What happens to one replica at a time. `mostSkewSeconds`: how far its clock may be wrong, either way. */
export function replicaFaults(random: SeededRandom, replicas: readonly ClockedReplica[], mostSkewSeconds: number): Fault[] {
  const any = (): ClockedReplica => {
    const picked = random.pick(replicas);
    if (picked === undefined) throw new RangeError('There is no replica.');
    return picked;
  };
  const killed = async (): Promise<void> => {
    const { replica } = any();
    await replica.kill();
    await wait(random.between(100, 2500));
    await startAgain(replica);
  };
  const frozen = async (): Promise<void> => {
    const { replica } = any();
    replica.freeze(true);
    await wait(random.between(500, 6000));
    replica.freeze(false);
  };
  const restarted = async (): Promise<void> => {
    const { replica } = any();
    await replica.stop();
    await startAgain(replica);
  };
  const moved = (): Promise<void> => any().clock.set(random.between(-mostSkewSeconds, mostSkewSeconds));
  return [
    { kind: 'replica killed', strike: killed },
    { kind: 'replica killed', strike: killed },
    { kind: 'replica frozen', strike: frozen },
    { kind: 'replica restarted', strike: restarted },
    { kind: 'clock moved', strike: moved },
  ];
}

/** What happens to the database. */
export function databaseFaults(random: SeededRandom, { postgres, databaseUrl }: BackingServices, listening: BreakableLink): Fault[] {
  const restarted = async (how: PostgresEnd): Promise<void> => {
    await postgres.end(how);
    await wait(random.between(0, 2000));
    await postgres.start();
  };
  const frozen = async (): Promise<void> => {
    postgres.freeze();
    await wait(random.between(500, 6000));
    postgres.thaw();
  };
  const silenced = async (): Promise<void> => {
    listening.silence(true);
    await wait(random.between(2000, 8000));
    listening.silence(false);
  };
  const terminate = "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'longshore%'";
  return [
    { kind: 'PostgreSQL restarted (fast)', strike: () => restarted('fast') },
    { kind: 'PostgreSQL restarted (immediate)', strike: () => restarted('immediate') },
    { kind: 'PostgreSQL killed', strike: () => restarted('kill') },
    { kind: 'PostgreSQL frozen', strike: frozen },
    { kind: 'sessions ended', strike: () => executePostgres(databaseUrl, terminate) },
    { kind: 'LISTEN cut', strike: async () => listening.cut() },
    { kind: 'LISTEN silent', strike: silenced },
    { kind: 'LISTEN silent', strike: silenced },
  ];
}

/** What the object store does. */
export function storeFaults(random: SeededRandom, store: FaultyS3): Fault[] {
  return s3Faults.map((fault) => ({
    kind: `S3 ${fault}`,
    strike: async () => {
      store.set(fault);
      await wait(random.between(500, 4000));
      store.set(undefined);
    },
  }));
}

/** A start that finds database or store down ends; whoever supervises it starts it again. */
async function startAgain(replica: Replica): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await replica.start();
    } catch (error) {
      if (tries === startTries) throw error;
      await wait(500);
    }
  }
}
