import type { WorkloadChoices } from './choices.ts';
import { containerSecurity, probesOf, resourcesOf } from './container.ts';
import type { WorkloadImage } from './image.ts';
import type { Json } from './manifest.ts';
import { nodeSelectorOf, podSecurity } from './pod.ts';
import { yamlOf } from './yaml-text.ts';

/**
 * Values for a chart as `helm create` makes it, and the many that keep its names. Such a chart writes `repository:tag`, so the tag carries
 * the digest with it: nodes pull by the digest then.
 */
export function helmValues(image: WorkloadImage, choices: WorkloadChoices): string {
  const [port] = choices.ports;
  const { livenessProbe, readinessProbe } = probesOf(image, choices) as { readonly [probe: string]: Json };
  return yamlOf({
    replicaCount: choices.replicas,
    image: { repository: image.repository, tag: `${image.tag ?? 'pinned'}@${image.digest}`, pullPolicy: 'IfNotPresent' },
    ...(choices.pullSecret !== '' && { imagePullSecrets: [{ name: choices.pullSecret }] }),
    fullnameOverride: choices.name,
    serviceAccount: { automount: false },
    podSecurityContext: podSecurity(image, choices),
    securityContext: containerSecurity(image, choices),
    ...(port !== undefined && choices.service !== 'none' && { service: { type: choices.service, port: port.port } }),
    ...resourcesOf(choices),
    ...nodeSelectorOf(image),
    livenessProbe: inChart(livenessProbe),
    readinessProbe: inChart(readinessProbe),
  });
}

/** What a chart has besides stays unless it is taken out: it asks by HTTP, and a probe may ask in one way only. */
function inChart(probe: Json | undefined): Json | null {
  return probe === undefined ? null : 'httpGet' in probe ? probe : { httpGet: null, ...probe };
}
