import { manifestType } from './content.ts';
import { type Fixture, repository, taggedRepository, tagName } from './fixture.ts';
import { cost, type Figure, type Row, rate, type Subject, withProcessorTime } from './row.ts';
import { readWithWrk } from './wrk.ts';

/** Connections of every load of small answers. */
const connections = 32;

interface ReadRow {
  readonly id: string;
  readonly name: string;
  /** The path after `/v2/`. */
  readonly path: (fixture: Fixture) => string;
  readonly accept?: string;
}

/** A row of one address under wrk; `undefined` where the contender does not serve the address at all. */
function reads({ id, name, path, accept }: ReadRow): Row {
  return {
    id,
    async measure({ server, fixture }, seconds) {
      const url = `${server.url}/v2/${path(fixture)}`;
      const answer = await fetch(url, { headers: { accept: accept ?? '*/*' } });
      await answer.arrayBuffer();
      const figures = (value?: number, each?: number): Figure[] => [rate(`${name}, requests/s`, value), cost(`${name}, us each`, each)];
      if (answer.status === 404) return figures();
      const options = { connections, seconds, ...(accept === undefined ? {} : { accept }) };
      const [load, used] = await withProcessorTime(server, () => readWithWrk(url, options));
      return figures(load.requestsPerSecond, used && (used * 1e6) / load.requests);
    },
  };
}

async function largeBlob({ server, fixture }: Subject, seconds: number): Promise<Figure[]> {
  const url = `${server.url}/v2/${repository}/blobs/${fixture.largeBlob.digest}`;
  const figures: Figure[] = [];
  for (const connections of [1, 8]) {
    const name = `blob of 95 MiB, ${connections} connection${connections === 1 ? '' : 's'}`;
    const [load, used] = await withProcessorTime(server, () => readWithWrk(url, { connections, seconds }));
    figures.push(
      rate(`${name}, MiB/s`, load.mebibytesPerSecond),
      cost(`${name}, ms for a GiB`, used && (used * 1000 * 1024) / load.mebibytes),
    );
  }
  return figures;
}

const fixedTag = `${repository}/manifests/${tagName(1)}`;

/** Everything that only reads. */
export const readRows = {
  manifest: reads({ id: 'manifest', name: 'manifest GET by tag', path: () => fixedTag, accept: manifestType }),
  smallBlob: reads({ id: 'small-blob', name: 'blob of 64 KiB', path: ({ smallBlob }) => `${repository}/blobs/${smallBlob.digest}` }),
  largeBlob: { id: 'large-blob', measure: largeBlob },
  tagsList: reads({ id: 'tags-list', name: 'tags/list?n=100 of 3,000 tags', path: () => `${taggedRepository}/tags/list?n=100` }),
  catalog: reads({ id: 'catalog', name: '_catalog?n=100', path: () => '_catalog?n=100' }),
  referrers: reads({ id: 'referrers', name: 'referrers (10 of them)', path: ({ subject }) => `${repository}/referrers/${subject}` }),
} satisfies Record<string, Row>;
