import { manifestType } from './content.ts';
import { repositoryName, taggedRepository, tagName } from './content-size.ts';
import { repository } from './fixture.ts';
import { cost, type Figure, type Row, rate, type Subject, withProcessorTime } from './row.ts';
import { runSdk } from './sdk-job.ts';
import { readWithWrk } from './wrk.ts';

/** Connections of every load of small answers. */
const connections = 32;

interface ReadRow {
  readonly id: string;
  readonly name: string;
  /** The path after `/v2/`. */
  readonly path: (subject: Subject) => string;
  readonly accept?: string;
  /** Not only of this address, but of any tag there is. */
  readonly anyTag?: boolean;
}

/** A row of one address under wrk; `undefined` where the contender does not serve the address at all. */
function reads({ id, name, path, accept = '*/*', anyTag = false }: ReadRow): Row {
  return {
    id,
    async measure(subject, seconds) {
      const { server, size } = subject;
      const url = `${server.url}/v2/${path(subject)}`;
      const answer = await fetch(url, { headers: { accept } });
      await answer.arrayBuffer();
      const figures = (value?: number, each?: number): Figure[] => [rate(`${name}, requests/s`, value), cost(`${name}, us each`, each)];
      if (answer.status === 404) return figures();
      const options = { connections, seconds, accept, ...(anyTag ? { anyTagOf: size } : {}) };
      const [load, used] = await withProcessorTime(server, () => readWithWrk(url, options));
      return figures(load.requestsPerSecond, used && (used * 1e6) / load.requests);
    },
  };
}

const largeBlobConnections = [1, 8];
const largeBlobName = (connections: number): string => `blob of 95 MiB, ${connections} connection${connections === 1 ? '' : 's'}`;

async function largeBlob({ server, fixture }: Subject, seconds: number): Promise<Figure[]> {
  const url = `${server.url}/v2/${repository}/blobs/${fixture.largeBlob.digest}`;
  const figures: Figure[] = [];
  for (const connections of largeBlobConnections) {
    const [load, used] = await withProcessorTime(server, () => readWithWrk(url, { connections, seconds }));
    figures.push(
      rate(`${largeBlobName(connections)}, MiB/s`, load.mebibytesPerSecond),
      cost(`${largeBlobName(connections)}, ms for a GiB`, used && (used * 1000 * 1024) / load.mebibytes),
    );
  }
  return figures;
}

/** An object of as many bytes; it is the client of Node that reads, not wrk. */
async function largeObject({ contender, directory, fixture }: Subject, seconds: number): Promise<Figure[]> {
  if (contender.gateway === undefined) return [];
  const bucket = await contender.gateway.bucketOf(directory);
  const bytes = fixture.largeBlob.bytes.length;
  const figures: Figure[] = [];
  for (const clients of largeBlobConnections) {
    const load = await runSdk({ kind: 'reads', bucket, clients, mebibytes: bytes / 2 ** 20, seconds });
    figures.push(rate(`${largeBlobName(clients)}, MiB/s`, load.mebibytes / load.seconds));
    await contender.gateway.removeOfSize(directory, bytes);
  }
  return figures;
}

const manifest = { path: () => `${repository}/manifests/${tagName(1)}`, accept: manifestType };
const late = (count: number): number => Math.floor(count * 0.9);

/** Everything that only reads, under the load of wrk. */
export const readRows = {
  manifest: reads({ ...manifest, id: 'manifest', name: 'manifest GET by tag' }),
  manifestByDigest: reads({
    id: 'manifest-digest',
    name: 'manifest GET by digest',
    path: ({ fixture }) => `${repository}/manifests/${fixture.subject}`,
    accept: manifestType,
  }),
  anyManifest: reads({ ...manifest, id: 'any-manifest', name: 'manifest GET by any tag at random', anyTag: true }),
  smallBlob: reads({ id: 'small-blob', name: 'blob of 64 KiB', path: ({ fixture }) => `${repository}/blobs/${fixture.smallBlob.digest}` }),
  largeBlob: { id: 'large-blob', measure: largeBlob, measureBare: largeObject },
  tagsList: reads({
    id: 'tags-list',
    name: 'tags/list?n=100 of the repository of most tags',
    path: () => `${taggedRepository}/tags/list?n=100`,
  }),
  lateTagsList: reads({
    id: 'late-tags-list',
    name: 'the same after nine tenths of its tags',
    path: ({ size }) => `${taggedRepository}/tags/list?n=100&last=${tagName(late(size.tagsInOne))}`,
  }),
  catalog: reads({ id: 'catalog', name: '_catalog?n=100', path: () => '_catalog?n=100' }),
  lateCatalog: reads({
    id: 'late-catalog',
    name: '_catalog?n=100 after half of the repositories',
    path: ({ size }) => `_catalog?n=100&last=${repositoryName(size.repositories / 2 - 1)}`,
  }),
  referrers: reads({
    id: 'referrers',
    name: 'referrers (10 of them)',
    path: ({ fixture }) => `${repository}/referrers/${fixture.subject}`,
  }),
} satisfies Record<string, Row>;
