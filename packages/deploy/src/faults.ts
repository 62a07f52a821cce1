import type { VolumeChoice, WorkloadChoices } from './choices.ts';
import { isCronSchedule } from './cron-schedule.ts';
import { readQuantity } from './quantity.ts';

/** What may be wrong with a choice, each with one remedy. `problemTexts` says them in English. */
export const problemTexts = {
  name: 'Begin with a letter; go on with lower-case letters, digits and hyphens; end with a letter or a digit.',
  nameLength:
    'This is too long: a Deployment may have 63 characters, a StatefulSet and a CronJob 52, so that what they make has a name too.',
  namespace: 'Up to 63 lower-case letters, digits and hyphens, neither first nor last a hyphen.',
  replicas: 'A whole number from 0 to 1000.',
  port: 'A whole number from 1 to 65535.',
  portName: 'Up to 15 lower-case letters, digits and hyphens, at least one of them a letter, none doubled at hyphens.',
  portTwice: 'Another port has this name or number already.',
  variable: 'Letters, digits, hyphens, underscores and dots, not beginning with a digit.',
  variableTwice: 'Another line sets this variable already.',
  secret: 'The name of a Secret: lower-case letters, digits, hyphens and dots.',
  secretKey: 'A key of the Secret: letters, digits, hyphens, underscores and dots.',
  quantity: 'An amount greater than nothing, such as 250m or 0.5 for processors, 128Mi or 2Gi for memory.',
  cpu: 'Processors are counted down to a thousandth: 1m is the least.',
  limit: 'The limit must not be below what is requested.',
  path: 'A path that begins with / and has no colon, no control character and no part "..".',
  pathTwice: 'Another volume lies at this path or has this name already.',
  sharedVolume: 'Several replicas cannot write to it: choose ReadWriteMany, one replica, or a StatefulSet, which gives each its own.',
  probePort: 'There is no TCP port to ask: add one, or choose no probe.',
  probeCommand: 'The image has no health check of its own: choose another probe.',
  probePath: 'A path that begins with /.',
  user: 'A whole number from 0 to 2147483647.',
  schedule: 'Five fields (minute, hour, day, month, weekday), such as 0 3 * * *, or a word such as @daily.',
  timeZone: 'A name of the time zone database, such as Asia/Shanghai.',
} as const;

export type ProblemName = keyof typeof problemTexts;

/** What is wrong where. `field`: the path in `WorkloadChoices`, `ports.0.name`. */
export interface Fault {
  readonly field: string;
  readonly problem: ProblemName;
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const serviceName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const isSubdomain = (text: string) => text.length <= 253 && subdomain.test(text);
const isWhole = (value: number, least: number, most: number) => Number.isInteger(value) && value >= least && value <= most;

/** Everything that a cluster would refuse, or that could not work. Empty: it may be applied. `hasHealthCheck`: of the image. */
export function findFaults(choices: WorkloadChoices, hasHealthCheck: boolean): readonly Fault[] {
  const kindFaults = choices.kind === 'CronJob' ? scheduleFaults(choices) : runningFaults(choices, hasHealthCheck);
  return [
    ...nameFaults(choices),
    ...kindFaults,
    ...choices.environment.flatMap((_, index) => variableFaults(choices, index)),
    ...resourceFaults(choices),
    ...choices.volumes.flatMap((_, index) => volumeFaults(choices, index)),
    ...where(choices.runAsUser === undefined || isWhole(choices.runAsUser, 0, 2 ** 31 - 1), 'runAsUser', 'user'),
  ];
}

function where(isRight: boolean, field: string, problem: ProblemName): readonly Fault[] {
  return isRight ? [] : [{ field, problem }];
}

function nameFaults({ kind, name, namespace, pullSecret }: WorkloadChoices): readonly Fault[] {
  return [
    ...where(serviceName.test(name), 'name', 'name'),
    ...where(name.length <= (kind === 'Deployment' ? 63 : 52), 'name', 'nameLength'),
    ...where(namespace === '' || label.test(namespace), 'namespace', 'namespace'),
    ...where(pullSecret === '' || isSubdomain(pullSecret), 'pullSecret', 'secret'),
  ];
}

function scheduleFaults({ schedule, timeZone }: WorkloadChoices): readonly Fault[] {
  return [
    ...where(isCronSchedule(schedule), 'schedule', 'schedule'),
    ...where(timeZone === '' || isTimeZone(timeZone), 'timeZone', 'timeZone'),
  ];
}

/** By what this machine knows. Offsets are no names, and for Kubernetes upper and lower case differ. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    return known === name || known.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

function runningFaults(choices: WorkloadChoices, hasHealthCheck: boolean): readonly Fault[] {
  const { ports, probe, probePath, replicas } = choices;
  const asksPort = probe === 'http' || probe === 'tcp';
  return [
    ...where(isWhole(replicas, 0, 1000), 'replicas', 'replicas'),
    ...ports.flatMap((_, index) => portFaults(choices, index)),
    ...where(!asksPort || ports.some(({ protocol }) => protocol === 'TCP'), 'probe', 'probePort'),
    ...where(probe !== 'command' || hasHealthCheck, 'probe', 'probeCommand'),
    ...where(probe !== 'http' || probePath.startsWith('/'), 'probePath', 'probePath'),
  ];
}

/** https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#containerport-v1-core and the names of services (RFC 6335). */
function portFaults({ ports }: WorkloadChoices, index: number): readonly Fault[] {
  const port = ports[index];
  if (port === undefined) return [];
  const isTwice = ports.some(
    (other, at) =>
      at < index &&
      (other.name === port.name ||
        (other.protocol === port.protocol && (other.port === port.port || other.servicePort === port.servicePort))),
  );
  const isName = /^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(port.name) && port.name.length <= 15;
  return [
    ...where(isWhole(port.port, 1, 65535), `ports.${index}.port`, 'port'),
    ...where(isWhole(port.servicePort, 1, 65535), `ports.${index}.servicePort`, 'port'),
    ...where(isName, `ports.${index}.name`, 'portName'),
    ...where(!isTwice, `ports.${index}.name`, 'portTwice'),
  ];
}

function variableFaults({ environment }: WorkloadChoices, index: number): readonly Fault[] {
  const variable = environment[index];
  if (variable === undefined) return [];
  const { name } = variable;
  const isTwice = environment.some((other, at) => at < index && other.name === name);
  return [
    ...where(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name) && !/^\.\.?$|^\.\./.test(name), `environment.${index}.name`, 'variable'),
    ...where(!isTwice, `environment.${index}.name`, 'variableTwice'),
    ...('secret' in variable
      ? [
          ...where(isSubdomain(variable.secret), `environment.${index}.secret`, 'secret'),
          ...where(/^(?!\.\.?$|\.\.)[-._a-zA-Z0-9]{1,253}$/.test(variable.key), `environment.${index}.key`, 'secretKey'),
        ]
      : []),
  ];
}

function resourceFaults({ resources }: WorkloadChoices): readonly Fault[] {
  return (['cpu', 'memory'] as const).flatMap((what) => {
    const [request, limit] = [resources[`${what}Request`], resources[`${what}Limit`]];
    const [requested, limited] = [readQuantity(request), readQuantity(limit)];
    const isAmount = (text: string, amount: number | undefined) => text === '' || (amount !== undefined && amount > 0);
    // What is finer would be rounded up by the cluster; thousandths of a byte are no amount of memory.
    const isFine = (text: string, amount = 0) =>
      text === '' || (what === 'cpu' ? Math.abs(amount * 1000 - Math.round(amount * 1000)) < 1e-6 : !text.endsWith('m'));
    return [
      ...where(isAmount(request, requested), `resources.${what}Request`, 'quantity'),
      ...where(isAmount(limit, limited), `resources.${what}Limit`, 'quantity'),
      ...where(isFine(request, requested), `resources.${what}Request`, what === 'cpu' ? 'cpu' : 'quantity'),
      ...where(isFine(limit, limited), `resources.${what}Limit`, what === 'cpu' ? 'cpu' : 'quantity'),
      ...where(requested === undefined || limited === undefined || requested <= limited, `resources.${what}Limit`, 'limit'),
    ];
  });
}

function volumeFaults(choices: WorkloadChoices, index: number): readonly Fault[] {
  const volume = choices.volumes[index];
  if (volume === undefined) return [];
  const at = `volumes.${index}`;
  const isTwice = choices.volumes.some((other, place) => place < index && (other.path === volume.path || other.name === volume.name));
  const { path } = volume;
  const isPath = path.startsWith('/') && path !== '/' && !/[:\p{C}]/u.test(path) && !path.split('/').includes('..');
  return [
    ...where(label.test(volume.name), `${at}.name`, 'namespace'),
    ...where(isPath, `${at}.path`, 'path'),
    ...where(!isTwice, `${at}.path`, 'pathTwice'),
    ...where((readQuantity(volume.size) ?? 0) > 0 && !volume.size.endsWith('m'), `${at}.size`, 'quantity'),
    ...where(volume.storageClass === '' || isSubdomain(volume.storageClass), `${at}.storageClass`, 'secret'),
    ...where(!isShared(choices, volume), `${at}.accessMode`, 'sharedVolume'),
  ];
}

/** Whether several pods would have to write to what only one may have. */
function isShared({ kind, replicas }: WorkloadChoices, { accessMode }: VolumeChoice): boolean {
  return kind === 'Deployment' && replicas > 1 && accessMode.startsWith('ReadWriteOnce');
}
