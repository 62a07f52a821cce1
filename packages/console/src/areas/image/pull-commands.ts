/** What people pull with. */
export const pullers = ['docker', 'podman', 'nerdctl', 'ctr', 'crictl', 'kubectl'] as const;
export type Puller = (typeof pullers)[number];

/** Where an image is: `host` is the registry's name, with its port. */
export interface PulledImage {
  readonly host: string;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
  /** Where the image is of several: the one that is shown. */
  readonly platform: string | undefined;
  /** Whether the registry is reached without TLS, which every tool wants to be told of in its own way. */
  readonly isPlain: boolean;
}

/** The full name, as every tool takes it. */
export function imageName({ host, repository, reference }: Pick<PulledImage, 'host' | 'repository' | 'reference'>): string {
  return `${host}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
}

/** A command that pulls an image. Names of repositories, tags and digests hold nothing that a shell takes for something else. */
export function pullCommand(puller: Puller, image: PulledImage): string {
  const name = imageName(image);
  const platform = image.platform === undefined ? '' : ` --platform ${image.platform}`;
  switch (puller) {
    case 'docker':
      return `docker pull${platform} ${name}`;
    case 'podman':
      return `podman pull${image.isPlain ? ' --tls-verify=false' : ''}${platform} ${name}`;
    case 'nerdctl':
      return `nerdctl${image.isPlain ? ' --insecure-registry' : ''} pull${platform} ${name}`;
    case 'ctr':
      return `ctr images pull${image.isPlain ? ' --plain-http' : ''}${platform} ${name}`;
    case 'crictl':
      return `crictl pull ${name}`;
    case 'kubectl':
      return `kubectl create deployment ${workloadName(image.repository)} --image=${name}`;
  }
}

/** The last part of a repository's name, as Kubernetes takes names (RFC 1123 labels of up to 63 characters). */
function workloadName(repository: string): string {
  const last = repository.split('/').at(-1) ?? '';
  const name = last
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'app' : name;
}
