import {
  type Digest,
  type ImageReference,
  parseDigest,
  parseImageReference,
  type RepositoryName,
  requireRepositoryName,
  requireTag,
  type Tag,
} from '@longshore/oci';
import { type FetchedManifest, type RegistryClient, RegistryClientError } from '@longshore/oci/client';
import { type CommandInput, type Surroundings, UsageError } from '../command.ts';
import { type Connection, connect, registryClientOf } from '../connection/connect.ts';

/** A repository of a registry, perhaps with tag or digest. */
export interface ImageTarget {
  readonly connection: Connection;
  readonly name: RepositoryName;
  readonly tag?: Tag;
  readonly digest?: Digest;
}

/** The parts of `[HOST/]REPOSITORY[:TAG][@DIGEST]`, with `http://` before it for a registry without TLS. Throws a UsageError. */
export function parseImage(text: string): ImageReference & { readonly server?: string } {
  const scheme = /^https?:\/\//.exec(text)?.[0] ?? '';
  const reference = parseImageReference(text.slice(scheme.length));
  if (reference === undefined || (scheme !== '' && reference.registry === undefined))
    throw new UsageError(`'${text}' is not [HOST/]REPOSITORY[:TAG|@DIGEST], like team/app:1.0 or registry.example/team/app`);
  return { ...reference, ...(reference.registry !== undefined && { server: scheme + reference.registry }) };
}

/** What is meant by such a text: the registry that it names, otherwise the one of `connect`. */
export async function imageTarget(text: string, input: CommandInput, surroundings: Surroundings): Promise<ImageTarget> {
  const { server, name, tag, digest } = parseImage(text);
  const connection = await connect(server ?? input.one('server'), surroundings);
  return { connection, name: nameAt(connection, name), ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** Docker Hub has its own images, which are called by one word, in `library`. */
function nameAt({ host }: Connection, name: RepositoryName): RepositoryName {
  return host === 'docker.io' && !name.includes('/') ? requireRepositoryName(`library/${name}`) : name;
}

/** The digest, otherwise the tag, otherwise `latest`. */
export function referenceOf({ tag, digest }: Pick<ImageTarget, 'tag' | 'digest'>): Tag | Digest {
  return digest ?? tag ?? requireTag('latest');
}

/** The digest that is meant: the one written, otherwise that of the tag at present. Throws for a tag that is not there. */
export async function digestOf(target: ImageTarget): Promise<Digest> {
  if (target.digest !== undefined) return target.digest;
  const found = await registryClientOf(target.connection).headManifest(target.name, referenceOf(target));
  const digest = parseDigest(found?.digest ?? '');
  if (digest === undefined) throw missingImage(target);
  return digest;
}

/** The manifest that is meant, or another of the same repository. Throws what says that it is not there. */
export async function manifestOf(target: ImageTarget, client: RegistryClient, reference = referenceOf(target)): Promise<FetchedManifest> {
  return client.getManifest(target.name, reference).catch((error: unknown) => {
    throw error instanceof RegistryClientError && error.status === 404 ? missingImage(target) : error;
  });
}

/** What is said of an image that is not there, or of what a repository has not. */
export function missingImage(target: ImageTarget, what?: string): RegistryClientError {
  const repository = `${target.connection.host}/${target.name}`;
  const said = what ?? `${referenceOf(target)}: longshore tag ls ${repository} lists what there is`;
  return new RegistryClientError(`${repository} has no ${said}`, { status: 404 });
}
