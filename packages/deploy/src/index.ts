export * from './choices.ts';
export { type Fault, findFaults, type ProblemName, problemTexts } from './faults.ts';
export { helmValues } from './helm-values.ts';
export type { ImageHealthCheck, ImageUser, Protocol, WorkloadImage } from './image.ts';
export { userOf } from './image.ts';
export { kustomization, workloadFile } from './kustomization.ts';
export type { Manifest } from './manifest.ts';
export { tagAnnotation, workloadManifests } from './manifests.ts';
export { yamlOfAll } from './yaml-text.ts';
