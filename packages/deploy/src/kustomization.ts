import type { WorkloadChoices } from './choices.ts';
import type { WorkloadImage } from './image.ts';
import { yamlOf } from './yaml-text.ts';

/** The name that the file with the objects has beside a kustomization. */
export const workloadFile = 'workload.yaml';

/** `kustomization.yaml` beside `workload.yaml`. A later version is one other digest in it. */
export function kustomization(image: WorkloadImage, { namespace }: WorkloadChoices): string {
  return yamlOf({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...(namespace !== '' && { namespace }),
    resources: [workloadFile],
    images: [{ name: image.repository, digest: image.digest }],
  });
}
