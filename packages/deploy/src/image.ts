/** A port as an image's configuration exposes it: `8080/tcp`. */
const exposedPort = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i;

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** How the image itself says that it is looked at (`HEALTHCHECK` of a Dockerfile); durations in whole seconds. */
export interface ImageHealthCheck {
  /** `['CMD', program, …]` or `['CMD-SHELL', line]`; `['NONE']` turns off what a parent image had. */
  readonly test: readonly string[];
  readonly intervalSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly retries?: number;
}

/** What a workload is made of: one version of an image, and of its configuration what concerns whoever runs it. */
export interface WorkloadImage {
  /** Registry and repository, `registry.example.com/team/app`, without tag and digest. */
  readonly repository: string;
  /** `sha256:…` of the manifest or index that nodes are to pull. */
  readonly digest: string;
  /** The tag that it was chosen by, kept as a note. */
  readonly tag?: string;
  /** What it runs on. Of a single one, only such nodes are chosen. */
  readonly platforms: readonly { readonly os: string; readonly architecture: string }[];
  /** `User` of the configuration: name or number, perhaps with a group; '' is root. */
  readonly user: string;
  /** `ExposedPorts`: `80/tcp`. */
  readonly ports: readonly string[];
  /** `Volumes`: paths that the image wants to keep. */
  readonly volumes: readonly string[];
  readonly healthCheck?: ImageHealthCheck;
}

/** Whom an image runs as. `name`: only the image itself knows the number behind it, so Kubernetes cannot check that it is not root. */
export type ImageUser = { readonly kind: 'root' } | { readonly kind: 'name' } | { readonly kind: 'number'; readonly uid: number };

/** Reads `User` of an image's configuration. */
export function userOf({ user }: Pick<WorkloadImage, 'user'>): ImageUser {
  const [name = ''] = user.split(':');
  if (name === '' || name === 'root') return { kind: 'root' };
  const uid = Number(name);
  // What Kubernetes takes for no number of a user is left to the image.
  if (!/^\d+$/.test(name) || uid > 2 ** 31 - 1) return { kind: 'name' };
  return uid === 0 ? { kind: 'root' } : { kind: 'number', uid };
}

/** Reads one of `ExposedPorts`; undefined for what is none. */
export function readExposedPort(text: string): { readonly port: number; readonly protocol: Protocol } | undefined {
  const [, digits, protocol = 'tcp'] = exposedPort.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port < 1 || port > 65535) return undefined;
  return { port, protocol: protocol.toUpperCase() as Protocol };
}
