import type { PortChoice, VariableChoice, WorkloadChoices } from './choices.ts';
import { canRefuseRoot } from './choices.ts';
import type { ImageHealthCheck, WorkloadImage } from './image.ts';
import type { Json } from './manifest.ts';

/** What nodes pull: by digest, so that it is the same bytes wherever and whenever it starts. */
function pinnedImage({ repository, digest }: WorkloadImage): string {
  return `${repository}@${digest}`;
}

/** The one container of a workload. A CronJob is not asked whether it runs, and has no ports. */
export function containerOf(image: WorkloadImage, choices: WorkloadChoices): Json {
  const isServer = choices.kind !== 'CronJob';
  const probes = isServer ? probesOf(image, choices) : {};
  return {
    name: choices.name,
    image: pinnedImage(image),
    // The digest says all: what a node has need not be asked for again.
    imagePullPolicy: 'IfNotPresent',
    ...(choices.arguments.length > 0 && { args: choices.arguments }),
    ...(isServer && choices.ports.length > 0 && { ports: choices.ports.map(containerPort) }),
    ...(choices.environment.length > 0 && { env: choices.environment.map(variable) }),
    ...resourcesOf(choices),
    ...probes,
    ...(choices.volumes.length > 0 && { volumeMounts: choices.volumes.map(({ name, path }) => ({ name, mountPath: path })) }),
    securityContext: containerSecurity(image, choices),
  };
}

/**
 * What a container may not do. An image that must be root keeps the few capabilities of its runtime: without them it could not become another
 * user or open its own files, and would not start.
 */
export function containerSecurity(image: WorkloadImage, choices: WorkloadChoices): Json {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: choices.readOnlyRoot,
    ...(canRefuseRoot(image, choices) && { capabilities: { drop: ['ALL'] } }),
  };
}

/** `resources`, when any are set. */
export function resourcesOf({ resources }: WorkloadChoices): Json {
  const both = (cpu: string, memory: string) => ({ ...(cpu !== '' && { cpu }), ...(memory !== '' && { memory }) });
  const requests = both(resources.cpuRequest, resources.memoryRequest);
  const limits = both(resources.cpuLimit, resources.memoryLimit);
  const found = { ...(Object.keys(requests).length > 0 && { requests }), ...(Object.keys(limits).length > 0 && { limits }) };
  return Object.keys(found).length > 0 ? { resources: found } : {};
}

/**
 * Ready, alive, and as long as it has never been either, two minutes to start in: an image that needs a while is not killed for it.
 * https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export function probesOf(image: WorkloadImage, choices: WorkloadChoices): Json {
  const asks = probeHandler(image, choices);
  if (asks === undefined) return {};
  const timing = choices.probe === 'command' ? timingOf(image.healthCheck) : { periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 3 };
  return {
    startupProbe: { ...asks, ...timing, periodSeconds: 5, failureThreshold: 24 },
    readinessProbe: { ...asks, ...timing },
    livenessProbe: { ...asks, ...timing },
  };
}

function probeHandler(image: WorkloadImage, { probe, probePath, ports }: WorkloadChoices): Json | undefined {
  if (probe === 'command') {
    const [kind, ...command] = image.healthCheck?.test ?? [];
    const words = command.map(asWritten);
    if (kind === 'CMD') return { exec: { command: words } };
    return kind === 'CMD-SHELL' ? { exec: { command: ['/bin/sh', '-c', ...words] } } : undefined;
  }
  const port = ports.find(({ protocol }) => protocol === 'TCP')?.port;
  if (port === undefined || probe === 'none') return undefined;
  return probe === 'http' ? { httpGet: { path: probePath, port } } : { tcpSocket: { port } };
}

/** Kubernetes puts variables where a command says `$(NAME)`, and takes `$$` for `$`; Docker leaves both to the shell. */
function asWritten(word: string): string {
  return word.replace(/\$+(?=\()|\${2,}/g, (found) => found + found);
}

/** As the image has it, where that is a whole second; else as Docker has it (https://docs.docker.com/reference/dockerfile/#healthcheck). */
function timingOf({ intervalSeconds = 30, timeoutSeconds = 30, retries = 3 }: Partial<ImageHealthCheck> = {}): Json {
  return {
    periodSeconds: Math.max(1, intervalSeconds),
    timeoutSeconds: Math.max(1, timeoutSeconds),
    failureThreshold: Math.max(1, retries),
  };
}

function containerPort({ name, port, protocol }: PortChoice): Json {
  return { name, containerPort: port, protocol };
}

function variable(choice: VariableChoice): Json {
  if ('value' in choice) return { name: choice.name, value: choice.value };
  return { name: choice.name, valueFrom: { secretKeyRef: { name: choice.secret, key: choice.key } } };
}
