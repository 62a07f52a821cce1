/** Anything that JSON and YAML can say of an object. */
export type Json = { readonly [key: string]: unknown };

/** An object of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Json; readonly annotations?: Json };
  readonly spec: Json;
}
