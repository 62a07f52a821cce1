import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdSettings } from '../config/held-settings.ts';
import type { Config } from '../config/schema.ts';
import { openLog } from '../observability/logger.ts';
import { collectWorkerMetrics } from '../observability/worker-metrics.ts';
import { makeDataDirectory } from '../open-backends.ts';
import { openSharedPort } from '../processes/shared-port.ts';
import { makeSocketDirectory } from '../processes/socket-directory.ts';
import { untilToldToStop } from '../processes/stop-signal.ts';
import { WorkerPool } from '../processes/worker-pool.ts';
import { WriterKeeper } from '../processes/writer-keeper.ts';
import type { Logger } from '../registry/ports/logger.ts';
import { explainListening } from './explain-listening.ts';
import { announce, firstStart, givenPassword } from './first-start.ts';
import { drainMsOf, type ServeDeps, stuckMsOf, writingOf } from './serve-deps.ts';

/** A writer has that much longer than its slowest client to finish. */
const writerLimitMs = 10_000;

interface Writing {
  readonly keeper: WriterKeeper | undefined;
  readonly socket: string | undefined;
  stop(): Promise<void>;
}

/** Runs `count` workers, and on SQLite the one process that writes for them, until SIGTERM or SIGINT. Serves nothing itself. */
export async function supervise(deps: ServeDeps, count: number): Promise<number> {
  const { config } = deps;
  const { logger } = openLog(config.log);
  collectWorkerMetrics();
  const given = await givenPassword(config);
  const { handle, address } = await explainListening(config, openSharedPort);
  const writing = await startWriting(deps, logger);
  const pool = new WorkerPool({
    count,
    logger,
    drainMs: drainMsOf(config),
    stuckMs: stuckMsOf(config),
    port: handle,
    begin: { type: 'begin', held: holdSettings(deps), writerSocket: writing.socket, isReload: false },
  });
  const stopped = untilToldToStop();
  restartOnHangUp(writing, pool, logger);
  try {
    // Whatever is waited for at the start, by this process or by a worker, this process can be told to stop.
    const opening = deps.openBackends(config, writingOf(config, writing.socket));
    const backends = await Promise.race([opening, stopped.then(() => undefined)]);
    if (backends === undefined) return 0;
    const isUp = await Promise.race([pool.start().then(() => true), stopped.then(() => false)]);
    if (isUp) announce(config, address, await firstStart(given, backends));
    await backends.close();
    if (isUp) await Promise.race([stopped, pool.gaveUp]);
  } finally {
    await pool.stop();
    await writing.stop();
  }
  return 0;
}

/** On PostgreSQL every worker writes for itself. */
async function startWriting({ config, startWriter }: ServeDeps, logger: Logger): Promise<Writing> {
  if (config.metadata.kind !== 'sqlite') return { keeper: undefined, socket: undefined, stop: async () => undefined };
  await makeDataDirectory(config.data);
  // A container with a read-only root may have the data directory alone.
  const directory = await makeSocketDirectory([tmpdir(), config.data]);
  const removeDirectory = (): Promise<void> => rm(directory, { recursive: true, force: true });
  const socket = join(directory, 'writer.sock');
  let isFirst = true;
  const startNext = async () => {
    // A crash test kills one writer, not every next one too.
    const { failpoint: _failpoint, ...unarmed } = config;
    const options: Config = isFirst ? config : unarmed;
    isFirst = false;
    return startWriter(options, socket, logger);
  };
  try {
    const keeper = await WriterKeeper.start({ startWriter: startNext, logger, limitMs: drainMsOf(config) + writerLimitMs });
    const stop = async (): Promise<void> => {
      await keeper.stop();
      await removeDirectory();
    };
    return { keeper, socket, stop };
  } catch (error) {
    await removeDirectory();
    throw error;
  }
}

function restartOnHangUp({ keeper }: Writing, pool: WorkerPool, logger: Logger): void {
  let running = false;
  process.on('SIGHUP', () => {
    if (running) {
      logger.warn('SIGHUP: a rolling restart is running already; send it again when it is over.');
      return;
    }
    running = true;
    logger.info('SIGHUP: every process is being replaced, one after the other.');
    restart()
      .then(
        () => logger.info('The rolling restart is over.'),
        (error: unknown) =>
          logger.error(
            'The rolling restart was given up; the processes that were there go on. Send SIGHUP again when what kept the new one is put right.',
            { error },
          ),
      )
      .finally(() => {
        running = false;
      });
  });

  async function restart(): Promise<void> {
    await keeper?.renew();
    await pool.restart();
  }
}
