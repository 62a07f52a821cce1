import { repository } from './fixture.ts';
import { cost, type Figure, type Row, rate, type Subject, withProcessorTime } from './row.ts';
import { readWithWrk } from './wrk.ts';

const connections = 32;
const name = 'redirect of a blob to S3';

/** A second server of the same content, which sends clients to S3; they do not go there. */
async function redirect({ contender, directory, fixture }: Subject, seconds: number): Promise<Figure[]> {
  if (contender.gateway === undefined) return [];
  const server = await contender.start(directory, { nodeArguments: [], settings: [], environment: {}, redirect: true });
  try {
    const url = `${server.url}/v2/${repository}/blobs/${fixture.smallBlob.digest}`;
    const { status } = await fetch(url, { redirect: 'manual' });
    if (status !== 307) throw new Error(`${contender.name} answers ${status} instead of a redirect`);
    // This server has only just started, unlike those of other rows.
    await readWithWrk(url, { connections, seconds: 1 });
    const [load, used] = await withProcessorTime(server, () => readWithWrk(url, { connections, seconds }));
    return [rate(`${name}, answers/s`, load.requestsPerSecond), cost(`${name}, us each`, used && (used * 1e6) / load.requests)];
  } finally {
    await server.stop();
  }
}

/** `--only redirect`, with `--store s3`. */
export const redirectRow: Row = { id: 'redirect', long: true, measure: redirect };
