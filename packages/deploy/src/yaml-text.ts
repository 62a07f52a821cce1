import { Document, Scalar, visit } from 'yaml';
import type { Json, Manifest } from './manifest.ts';

/** What YAML 1.1 allows in no text as it is, or takes for the end of a line: `\u0085` and its like are such to the readers of Kubernetes. */
const escaped = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** What kubectl and Helm take for a number, although YAML 1.1 does not; they leave out `_` before. And a sign of YAML 1.1. */
const readOtherwise = /^[-+]?(0[box][0-9a-f]+|(\.[0-9]+|[0-9]+\.?[0-9]*)(e[-+]?[0-9]+)?)$|^=$/i;

/**
 * Writes one document. Texts that another reader of YAML would take for a number or a truth value (`on`, `012`, `0o17`) are quoted; halves of
 * characters, which no file can hold, are replaced.
 */
export function yamlOf(content: Json | Manifest): string {
  const document = new Document(content, { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value !== 'string') return;
      node.value = node.value.toWellFormed();
      const text = node.value as string;
      if (text.search(escaped) >= 0 || readOtherwise.test(text.replaceAll('_', ''))) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  // They are left in quoted texts alone, which take escapes.
  return document.toString({ lineWidth: 0 }).replace(escaped, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Writes objects into one file, as `kubectl apply -f` takes it. */
export function yamlOfAll(manifests: readonly Manifest[]): string {
  return manifests.map(yamlOf).join('---\n');
}
