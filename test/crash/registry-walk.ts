import { type Answer, describeAnswer, digestOf, type RegistryClient } from './registry-client.ts';

/** What a reader of the whole registry saw. */
export interface Walk {
  /** `repository@digest` of every manifest that a tag, an index or a referrers list led to. */
  readonly manifests: Set<string>;
  /** `repository:tag` -> digest. */
  readonly tags: Map<string, string>;
  /** Everything listed that could not be read whole, one sentence each. */
  readonly problems: string[];
}

/** Reads everything that the lists lead to, byte for byte. */
export async function walkRegistry(client: RegistryClient): Promise<Walk> {
  const walk: Walk = { manifests: new Set(), tags: new Map(), problems: [] };
  const repositories = await client.list('/v2/_catalog?n=50', 'repositories');
  if (!Array.isArray(repositories)) throw new Error(`The catalog answers ${describeAnswer(repositories)}`);
  for (const repository of repositories) {
    const tags = await client.list(`/v2/${repository}/tags/list?n=50`, 'tags');
    if (!Array.isArray(tags)) {
      walk.problems.push(`${repository} is in the catalog, its tags answer ${describeAnswer(tags)}`);
      continue;
    }
    for (const tag of tags) {
      const digest = await readManifest(client, walk, repository, tag);
      if (digest !== undefined) walk.tags.set(`${repository}:${tag}`, digest);
    }
  }
  return walk;
}

/** Reads a manifest and what it leads to; resolves to its digest, or undefined when it cannot be read. */
async function readManifest(client: RegistryClient, walk: Walk, repository: string, reference: string): Promise<string | undefined> {
  const answer = await client.getManifest(repository, reference);
  const where = `${repository} ${reference}`;
  if (answer.status !== 200) {
    walk.problems.push(`manifest ${where} is listed and answers ${describeAnswer(answer)}`);
    return undefined;
  }
  const digest = announcedDigest(answer);
  if (digestOf(answer.body, algorithmOf(digest)) !== digest || (reference.includes(':') && reference !== digest)) {
    walk.problems.push(`manifest ${where} is corrupt: it is not ${digest}`);
    return undefined;
  }
  if (walk.manifests.has(`${repository}@${digest}`)) return digest;
  walk.manifests.add(`${repository}@${digest}`);
  const body = JSON.parse(answer.body.toString()) as { config?: Descriptor; layers?: Descriptor[]; manifests?: Descriptor[] };
  for (const { digest: blob } of [...(body.config === undefined ? [] : [body.config]), ...(body.layers ?? [])]) {
    await readBlob(client, walk, repository, blob);
  }
  const referrers = await client.referrers(repository, digest);
  if (!Array.isArray(referrers)) walk.problems.push(`referrers of ${where} answer ${describeAnswer(referrers)}`);
  const further = [...(body.manifests ?? []).map((child) => child.digest), ...(Array.isArray(referrers) ? referrers : [])];
  for (const next of further) await readManifest(client, walk, repository, next);
  return digest;
}

interface Descriptor {
  readonly digest: string;
}

async function readBlob(client: RegistryClient, walk: Walk, repository: string, digest: string): Promise<void> {
  const answer = await client.getBlob(repository, digest);
  if (answer.status !== 200) walk.problems.push(`blob ${repository} ${digest} is needed and answers ${describeAnswer(answer)}`);
  else if (digestOf(answer.body, algorithmOf(digest)) !== digest) walk.problems.push(`blob ${repository} ${digest} is corrupt`);
}

function announcedDigest(answer: Answer): string {
  const digest = answer.headers['docker-content-digest'];
  return typeof digest === 'string' ? digest : digestOf(answer.body);
}

function algorithmOf(digest: string): 'sha256' | 'sha512' {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}
