const placeholder = '{namespace}';

/** RFC 1123 label, as the name of every namespace is. */
const namespaceForm = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The namespace of a project by a rule, a text with `{namespace}` once such as `team-{namespace}`; undefined when the project's name does not fit. No two projects have the
 * same namespace, and none has two.
 */
export function namespaceByRule(rule: string, project: string): string | undefined {
  const at = rule.indexOf(placeholder);
  const [before, after] = [rule.slice(0, at), rule.slice(at + placeholder.length)];
  if (project.length <= before.length + after.length || !project.startsWith(before) || !project.endsWith(after)) return undefined;
  const namespace = project.slice(before.length, project.length - after.length);
  return namespaceForm.test(namespace) ? namespace : undefined;
}
