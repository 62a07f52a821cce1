import type { PortChoice, Protocol, VariableChoice, VolumeChoice, WorkloadChoices, WorkloadImage } from '@longshore/deploy';
import {
  accessModes,
  concurrencyPolicies,
  firstChoices,
  portName,
  probeKinds,
  serviceTypes,
  workloadKinds,
} from '@longshore/deploy/choices';
import { type CommandInput, type Flag, UsageError } from '../../command.ts';

/** What can be chosen of a workload. What is not said is as the image has it, or as is safe. */
export const choiceFlags: readonly Flag[] = [
  { name: 'kind', value: 'KIND', choices: workloadKinds, summary: 'Deployment (unless said), StatefulSet or CronJob' },
  { name: 'name', value: 'NAME', summary: 'Of the workload; otherwise the last part of the repository' },
  { name: 'namespace', short: 'n', value: 'NAME', summary: 'Otherwise the one that is current where it is applied' },
  { name: 'replicas', value: 'NUMBER', summary: 'Pods at a time; 1 unless said' },
  {
    name: 'port',
    value: '[NAME=][SERVICE:]PORT[/PROTOCOL]',
    many: true,
    summary: 'A port of the container, and of the Service that leads to it; otherwise those that the image exposes',
  },
  { name: 'service', value: 'TYPE', choices: serviceTypes, summary: 'ClusterIP (unless said), NodePort, LoadBalancer or none' },
  { name: 'env', short: 'e', value: 'NAME=VALUE', many: true, summary: 'A variable; secrets do not belong here' },
  { name: 'env-secret', value: 'NAME=SECRET/KEY', many: true, summary: 'A variable from the key of a Secret' },
  { name: 'arg', value: 'TEXT', many: true, summary: 'An argument instead of those of the image' },
  { name: 'cpu-request', value: 'QUANTITY', summary: '100m unless said' },
  { name: 'cpu-limit', value: 'QUANTITY', summary: 'None unless said' },
  { name: 'memory-request', value: 'QUANTITY', summary: '128Mi unless said' },
  { name: 'memory-limit', value: 'QUANTITY', summary: '256Mi unless said' },
  { name: 'pull-secret', value: 'NAME', summary: 'The Secret with credentials for the registry' },
  {
    name: 'volume',
    value: '[NAME=]PATH:SIZE[:CLASS[:MODE]]',
    many: true,
    summary: 'A directory that outlives its pod; otherwise those that the image names, 1Gi each',
  },
  {
    name: 'probe',
    value: 'PROBE',
    choices: probeKinds,
    summary: "http, tcp, command (the image's own HEALTHCHECK, unless said where there is one) or none",
  },
  { name: 'probe-path', value: 'PATH', summary: 'Where an HTTP probe asks; / unless said' },
  { name: 'user', value: 'NUMBER', summary: "Run as this user instead of the image's own" },
  { name: 'read-only', summary: 'Nothing may write to the root file system' },
  { name: 'schedule', value: 'CRON', summary: "Of a CronJob; '0 3 * * *' unless said" },
  { name: 'time-zone', value: 'NAME', summary: "Of a CronJob's schedule, such as Asia/Shanghai" },
  { name: 'concurrency', value: 'POLICY', choices: concurrencyPolicies, summary: 'Of a CronJob: Forbid (unless said), Allow or Replace' },
];

/** What a command line chooses. Throws a UsageError for a text that cannot be read; what it means is looked at by `findFaults`. */
export function choicesOf(input: CommandInput, image: WorkloadImage): WorkloadChoices {
  const first = firstChoices(image);
  const text = (flag: string, otherwise: string) => input.one(flag) ?? otherwise;
  const ports = input.has('port') ? input.all('port').map(portOf) : first.ports;
  return {
    ...first,
    kind: oneOf(workloadKinds, input.one('kind')) ?? first.kind,
    name: text('name', first.name),
    namespace: text('namespace', first.namespace),
    replicas: numberOf(input, 'replicas') ?? first.replicas,
    ports,
    service: oneOf(serviceTypes, input.one('service')) ?? first.service,
    environment: [...input.all('env').map(variableOf), ...input.all('env-secret').map(secretVariableOf)],
    arguments: input.all('arg'),
    resources: {
      cpuRequest: text('cpu-request', first.resources.cpuRequest),
      cpuLimit: text('cpu-limit', first.resources.cpuLimit),
      memoryRequest: text('memory-request', first.resources.memoryRequest),
      memoryLimit: text('memory-limit', first.resources.memoryLimit),
    },
    pullSecret: text('pull-secret', first.pullSecret),
    volumes: input.has('volume') ? input.all('volume').map(volumeOf) : first.volumes,
    probe: oneOf(probeKinds, input.one('probe')) ?? firstProbe(first, ports),
    probePath: text('probe-path', first.probePath),
    runAsUser: numberOf(input, 'user'),
    readOnlyRoot: input.has('read-only'),
    schedule: text('schedule', first.schedule),
    timeZone: text('time-zone', first.timeZone),
    concurrency: oneOf(concurrencyPolicies, input.one('concurrency')) ?? first.concurrency,
  };
}

/** The image's own check; otherwise whether a port answers, of those that were named. */
function firstProbe({ probe }: WorkloadChoices, ports: readonly PortChoice[]): WorkloadChoices['probe'] {
  if (probe === 'command') return probe;
  return ports.some(({ protocol }) => protocol === 'TCP') ? 'tcp' : 'none';
}

/** The flag that gives a member of the choices its value. `member`: the path in `WorkloadChoices`, `ports.0.name`. */
export function flagOfChoice(member: string, { environment }: WorkloadChoices): string {
  const [head = '', second = ''] = member.split('.');
  if (head === 'resources') return kebab(second);
  if (head === 'environment') return 'secret' in (environment[Number(second)] ?? {}) ? 'env-secret' : 'env';
  const others: Readonly<Record<string, string>> = { ports: 'port', volumes: 'volume', runAsUser: 'user' };
  return others[head] ?? kebab(head);
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function oneOf<T extends string>(known: readonly T[], text: string | undefined): T | undefined {
  return known.find((one) => one === text);
}

function numberOf(input: CommandInput, flag: string): number | undefined {
  const text = input.one(flag);
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`--${flag} is a number, not '${text}'`);
  return Number(text);
}

function portOf(text: string): PortChoice {
  const [, name, outer, inner, kind = 'tcp'] = /^(?:([^=]+)=)?(?:(\d{1,5}):)?(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  if (inner === undefined) throw new UsageError(`--port is like 8080, 80:8080, web=80:8080 or 53/udp, not '${text}'`);
  const protocol = kind.toUpperCase() as Protocol;
  return { name: name ?? portName(Number(inner), protocol), port: Number(inner), servicePort: Number(outer ?? inner), protocol };
}

function variableOf(text: string): VariableChoice {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`--env is NAME=VALUE, not '${text}'`);
  return { name, value };
}

function secretVariableOf(text: string): VariableChoice {
  const [, name, secret, key] = /^([^=]+)=([^/]+)\/(.+)$/.exec(text) ?? [];
  if (name === undefined || secret === undefined || key === undefined)
    throw new UsageError(`--env-secret is NAME=SECRET/KEY, not '${text}'`);
  return { name, secret, key };
}

function volumeOf(text: string, index: number): VolumeChoice {
  const [, name = index === 0 ? 'data' : `data-${index + 1}`, path, size, storageClass = '', mode = accessModes[0]] =
    /^(?:([^=/]+)=)?(\/[^:]*):([^:]+)(?::([^:]*)(?::([^:]+))?)?$/.exec(text) ?? [];
  const accessMode = oneOf(accessModes, mode);
  if (path === undefined || size === undefined || accessMode === undefined)
    throw new UsageError(`--volume is like /var/lib/app:10Gi, or name=/path:10Gi:class:mode (${accessModes.join(', ')}), not '${text}'`);
  return { name, path, size, storageClass, accessMode };
}
