import { stringify } from 'yaml';
import type { Json, Manifest } from './manifest.ts';

/** Writes one document. Texts that another reader of YAML would take for a number or a truth value (`on`, `012`) are quoted. */
export function yamlOf(content: Json | Manifest): string {
  return stringify(content, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

/** Writes objects into one file, as `kubectl apply -f` takes it. */
export function yamlOfAll(manifests: readonly Manifest[]): string {
  return manifests.map(yamlOf).join('---\n');
}
