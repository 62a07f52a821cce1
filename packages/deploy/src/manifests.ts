import type { VolumeChoice, WorkloadChoices } from './choices.ts';
import type { WorkloadImage } from './image.ts';
import type { Json, Manifest } from './manifest.ts';
import { claimName, podSpec } from './pod.ts';

/** Where the tag is noted that a digest was chosen by. Not on pods: another tag of the same bytes restarts nothing. */
export const tagAnnotation = 'longshore.dev/image-tag';

/** The objects that make an image run, in the order in which they are applied. Meaningful only for choices without faults. */
export function workloadManifests(image: WorkloadImage, choices: WorkloadChoices): readonly Manifest[] {
  const claims = choices.kind === 'StatefulSet' ? [] : choices.volumes;
  return [...claims.map((volume) => claim(choices, volume)), ...services(choices), workload(image, choices)];
}

function selector({ name }: WorkloadChoices): Json {
  return { 'app.kubernetes.io/name': name };
}

function metadata(choices: WorkloadChoices, name: string, annotations?: Json): Manifest['metadata'] {
  return {
    name,
    ...(choices.namespace !== '' && { namespace: choices.namespace }),
    labels: selector(choices),
    ...(annotations !== undefined && { annotations }),
  };
}

function workload(image: WorkloadImage, choices: WorkloadChoices): Manifest {
  const named = metadata(choices, choices.name, image.tag === undefined ? undefined : { [tagAnnotation]: image.tag });
  const template = { metadata: { labels: selector(choices) }, spec: podSpec(image, choices) };
  if (choices.kind === 'CronJob') return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: named, spec: cronSpec(choices, template) };
  const common = { replicas: choices.replicas, selector: { matchLabels: selector(choices) } };
  if (choices.kind === 'Deployment') {
    // What one pod alone may have cannot be given to the next before the first is gone.
    const isAlone = choices.volumes.some(({ accessMode }) => accessMode.startsWith('ReadWriteOnce'));
    const spec = { ...common, ...(isAlone && { strategy: { type: 'Recreate' } }), template };
    return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: named, spec };
  }
  const claims = choices.volumes.map((volume) => ({ metadata: { name: volume.name }, spec: claimSpec(volume) }));
  const spec = {
    ...common,
    serviceName: headlessName(choices),
    template,
    ...(claims.length > 0 && { volumeClaimTemplates: claims }),
  };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: named, spec };
}

function cronSpec({ schedule, timeZone, concurrency }: WorkloadChoices, template: Json): Json {
  return {
    schedule,
    ...(timeZone !== '' && { timeZone }),
    concurrencyPolicy: concurrency,
    jobTemplate: { spec: { backoffLimit: 3, template } },
  };
}

/** For names of the pods of a StatefulSet: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations. */
function headlessName({ name }: WorkloadChoices): string {
  return `${name}-pods`;
}

function services(choices: WorkloadChoices): readonly Manifest[] {
  if (choices.kind === 'CronJob') return [];
  const ports = choices.ports.map(({ name, servicePort, protocol }) => ({ name, port: servicePort, targetPort: name, protocol }));
  const made: Manifest[] = [];
  if (choices.kind === 'StatefulSet') {
    const spec = { clusterIP: 'None', publishNotReadyAddresses: true, selector: selector(choices), ...(ports.length > 0 && { ports }) };
    made.push({ apiVersion: 'v1', kind: 'Service', metadata: metadata(choices, headlessName(choices)), spec });
  }
  if (choices.service !== 'none' && ports.length > 0) {
    const spec = { type: choices.service, selector: selector(choices), ports };
    made.push({ apiVersion: 'v1', kind: 'Service', metadata: metadata(choices, choices.name), spec });
  }
  return made;
}

function claim(choices: WorkloadChoices, volume: VolumeChoice): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata(choices, claimName(choices, volume.name)),
    spec: claimSpec(volume),
  };
}

function claimSpec({ accessMode, storageClass, size }: VolumeChoice): Json {
  return {
    accessModes: [accessMode],
    ...(storageClass !== '' && { storageClassName: storageClass }),
    resources: { requests: { storage: size } },
  };
}
