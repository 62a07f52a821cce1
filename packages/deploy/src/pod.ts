import { canRefuseRoot, type WorkloadChoices } from './choices.ts';
import { containerOf } from './container.ts';
import { userOf, type WorkloadImage } from './image.ts';
import type { Json } from './manifest.ts';

/** The spec of the pods of a workload. */
export function podSpec(image: WorkloadImage, choices: WorkloadChoices): Json {
  const claims = choices.kind === 'StatefulSet' ? [] : choices.volumes;
  return {
    ...(choices.kind === 'CronJob' && { restartPolicy: 'OnFailure' }),
    // Whoever breaks into it finds no key of the cluster.
    automountServiceAccountToken: false,
    ...nodeSelectorOf(image),
    ...(choices.pullSecret !== '' && { imagePullSecrets: [{ name: choices.pullSecret }] }),
    securityContext: podSecurity(image, choices),
    containers: [containerOf(image, choices)],
    ...(claims.length > 0 && {
      volumes: claims.map(({ name }) => ({ name, persistentVolumeClaim: { claimName: claimName(choices, name) } })),
    }),
  };
}

/** `nodeSelector` of an image for one platform: elsewhere it would not start. */
export function nodeSelectorOf({ platforms }: WorkloadImage): Json {
  const [platform, ...others] = platforms;
  if (platform === undefined || others.length > 0) return {};
  return { nodeSelector: { 'kubernetes.io/os': platform.os, 'kubernetes.io/arch': platform.architecture } };
}

/** The name of the claim of a workload that has no template for them. */
export function claimName({ name }: WorkloadChoices, volume: string): string {
  return `${name}-${volume}`;
}

/**
 * Whom pods run as. Root is refused where the cluster can tell: of a user that has only a name it cannot, and would start nothing.
 * Ports below 1024 stay open to whoever is not root by a setting of the pod's own network, which the strictest policy allows
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
 */
export function podSecurity(image: WorkloadImage, choices: WorkloadChoices): Json {
  const user = userOf(image);
  const uid = choices.runAsUser ?? (user.kind === 'number' ? user.uid : undefined);
  const isNobodySpecial = canRefuseRoot(image, choices);
  const hasLowPort = choices.kind !== 'CronJob' && choices.ports.some(({ port }) => port < 1024);
  return {
    ...(isNobodySpecial && { runAsNonRoot: true }),
    ...(choices.runAsUser !== undefined && { runAsUser: choices.runAsUser }),
    // Volumes belong to root at first: this group may write.
    ...(isNobodySpecial && choices.volumes.length > 0 && { fsGroup: uid, fsGroupChangePolicy: 'OnRootMismatch' }),
    ...(isNobodySpecial && hasLowPort && { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] }),
    seccompProfile: { type: 'RuntimeDefault' },
  };
}
