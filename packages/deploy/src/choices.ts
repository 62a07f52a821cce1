import { type Protocol, readExposedPort, userOf, type WorkloadImage } from './image.ts';

/** The kinds of workloads that there are forms for. */
export const workloadKinds = ['Deployment', 'StatefulSet', 'CronJob'] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

/** How Kubernetes looks whether it runs. `command`: as the image's own health check does. */
export const probeKinds = ['http', 'tcp', 'command', 'none'] as const;
export type ProbeKind = (typeof probeKinds)[number];

export const accessModes = ['ReadWriteOnce', 'ReadWriteMany', 'ReadOnlyMany', 'ReadWriteOncePod'] as const;
export type AccessMode = (typeof accessModes)[number];

export const serviceTypes = ['ClusterIP', 'NodePort', 'LoadBalancer', 'none'] as const;
export type ServiceType = (typeof serviceTypes)[number];

export const concurrencyPolicies = ['Forbid', 'Allow', 'Replace'] as const;
export type ConcurrencyPolicy = (typeof concurrencyPolicies)[number];

/** A port of the container, and the one of the Service that leads to it. */
export interface PortChoice {
  readonly name: string;
  readonly port: number;
  readonly servicePort: number;
  readonly protocol: Protocol;
}

/** A variable: its value, or the key of a Secret that holds it. */
export type VariableChoice =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secret: string; readonly key: string };

/** A directory that outlives its pod. */
export interface VolumeChoice {
  readonly name: string;
  readonly path: string;
  /** A quantity: `10Gi`. */
  readonly size: string;
  /** '': the cluster's default. */
  readonly storageClass: string;
  readonly accessMode: AccessMode;
}

/** Quantities (`250m`, `128Mi`); '' sets none. */
export interface ResourceChoice {
  readonly cpuRequest: string;
  readonly cpuLimit: string;
  readonly memoryRequest: string;
  readonly memoryLimit: string;
}

/** Everything that somebody may choose. What a kind has no use for (the schedule of a Deployment) is kept, and not used. */
export interface WorkloadChoices {
  readonly kind: WorkloadKind;
  readonly name: string;
  /** '': whichever is current where it is applied. */
  readonly namespace: string;
  readonly replicas: number;
  readonly ports: readonly PortChoice[];
  readonly service: ServiceType;
  readonly environment: readonly VariableChoice[];
  /** Arguments instead of those of the image; none: those of the image. */
  readonly arguments: readonly string[];
  readonly resources: ResourceChoice;
  /** Name of a Secret with credentials for the registry; '': none is needed. */
  readonly pullSecret: string;
  readonly volumes: readonly VolumeChoice[];
  readonly probe: ProbeKind;
  /** Where an HTTP probe asks: `/`. */
  readonly probePath: string;
  /** Number of a user to run as instead of the image's own. */
  readonly runAsUser: number | undefined;
  readonly readOnlyRoot: boolean;
  readonly schedule: string;
  /** An IANA name, `Asia/Shanghai`; '': that of the cluster's controller. */
  readonly timeZone: string;
  readonly concurrency: ConcurrencyPolicy;
}

/** What to begin with: what the image itself says, and what is safe for the rest. */
export function firstChoices(image: WorkloadImage): WorkloadChoices {
  const exposed = image.ports.flatMap((text) => readExposedPort(text) ?? []).sort((a, b) => a.port - b.port);
  const ports = [...new Map(exposed.map((one) => [`${one.port}/${one.protocol}`, one])).values()];
  const check = image.healthCheck?.test[0];
  const hasCheck = check === 'CMD' || check === 'CMD-SHELL';
  return {
    kind: 'Deployment',
    name: nameFrom(image.repository),
    namespace: '',
    replicas: 1,
    ports: ports.map(({ port, protocol }) => ({ name: portName(port, protocol), port, servicePort: port, protocol })),
    service: 'ClusterIP',
    environment: [],
    arguments: [],
    resources: { cpuRequest: '100m', cpuLimit: '', memoryRequest: '128Mi', memoryLimit: '256Mi' },
    pullSecret: '',
    volumes: image.volumes.map((path, index) => {
      const name = index === 0 ? 'data' : `data-${index + 1}`;
      return { name, path, size: '1Gi', storageClass: '', accessMode: 'ReadWriteOnce' };
    }),
    probe: hasCheck ? 'command' : ports.some(({ protocol }) => protocol === 'TCP') ? 'tcp' : 'none',
    probePath: '/',
    runAsUser: undefined,
    readOnlyRoot: false,
    schedule: '0 3 * * *',
    timeZone: '',
    concurrency: 'Forbid',
  };
}

/** Whether Kubernetes can be told to refuse to run it as root. */
export function canRefuseRoot(image: WorkloadImage, { runAsUser }: WorkloadChoices): boolean {
  return runAsUser === undefined ? userOf(image).kind === 'number' : runAsUser > 0;
}

/** The last part of a repository's name, as a name that every kind may have. */
function nameFrom(repository: string): string {
  const last = repository.slice(repository.lastIndexOf('/') + 1).toLowerCase();
  const name = last.replaceAll(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+/, '');
  return name.slice(0, 52).replace(/-+$/, '') || 'app';
}

/** The name of a port that is given none. */
export function portName(port: number, protocol: Protocol): string {
  if (protocol === 'TCP' && (port === 80 || port === 8080)) return port === 80 ? 'http' : 'http-8080';
  if (protocol === 'TCP' && port === 443) return 'https';
  return `${protocol.toLowerCase()}-${port}`;
}
