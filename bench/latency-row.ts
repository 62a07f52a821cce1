import { setTimeout as delay } from 'node:timers/promises';
import { runClient } from './client-job.ts';
import { manifestType } from './content.ts';
import { tagName } from './content-size.ts';
import { repository } from './fixture.ts';
import { cost, type Figure, type Row, rate, type Subject } from './row.ts';
import { readWithWrk } from './wrk.ts';

const pushesPerSecond = 100;
const readsPerSecond = 1000;
/** Until the client that pushes has made its bytes and pushes steadily. */
const headStartMs = 2000;

/** What pulls wait for while others push: at a steady rate, and when a few connections ask as often as they can. */
async function measure({ server }: Subject, seconds: number): Promise<Figure[]> {
  const origin = server.url;
  const path = `/v2/${repository}/manifests/${tagName(1)}`;
  const pushSeconds = 2 * seconds + headStartMs / 1000 + 1;
  const pushing = runClient({ kind: 'images', origin, clients: 8, seconds: pushSeconds, layerBytes: 10_240, perSecond: pushesPerSecond });
  const reading = async (): Promise<Figure[]> => {
    await delay(headStartMs);
    const reads = { kind: 'reads', method: 'GET', path, accept: manifestType } as const;
    const steady = await runClient({ ...reads, origin, clients: 16, seconds, perSecond: readsPerSecond });
    const flood = await readWithWrk(`${origin}${path}`, { connections: 8, seconds, accept: manifestType });
    const beside = `beside ${pushesPerSecond} pushes a second`;
    return [
      cost(`manifest GET ${beside}, p99 at ${readsPerSecond}/s, ms of waiting`, steady.p99Ms),
      cost(`manifest GET ${beside}, longest at ${readsPerSecond}/s, ms of waiting`, steady.longestMs),
      cost(`manifest GET ${beside}, p99 of 8 connections without a pause, ms of waiting`, flood.p99Ms),
    ];
  };
  const [pushed, figures] = await Promise.all([pushing, reading()]);
  return [rate(`pushes done beside manifest GETs (${pushesPerSecond} asked for), images/s`, pushed.count / pushed.seconds), ...figures];
}

/** `--only pull-latency`. */
export const latencyRow: Row = { id: 'pull-latency', long: true, measure };
