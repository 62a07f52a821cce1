import type { KubernetesSubject } from '../registry/ports/authorizer.ts';
import { type ClusterVerb, type ReviewedAccess, repositoryGroup, repositoryResource } from '../registry/ports/cluster-reviews.ts';

/** The ClusterRoles of docs/guides/kubernetes-access.md that have a verb; a binding of one gives it in the binding's namespace alone. */
const clusterRoles: Readonly<Record<ClusterVerb, string>> = {
  pull: 'longshore-pull',
  push: 'longshore-push',
  delete: 'longshore-delete',
};

/** What is missing in the cluster, and the RoleBinding that would grant it. Says nothing of what there is in the registry. */
export function clusterDenial({ cluster, name, groups }: KubernetesSubject, { verb, namespace, name: repository }: ReviewedAccess): string {
  const what =
    repository === undefined ? `${repositoryResource}.${repositoryGroup}` : `${repositoryResource}.${repositoryGroup} "${repository}"`;
  const missing = `${name} may not ${verb} ${what} in namespace ${namespace} of cluster ${cluster}`;
  const binding = bindingFor(name, groups, namespace, verb);
  const role = `a RoleBinding in namespace ${namespace} to a Role with verb ${verb} on ${repositoryResource} of ${repositoryGroup} would grant it`;
  return binding === undefined ? `${missing}: ${role}` : `${missing}: ${role}, such as: ${binding}`;
}

/** A command to copy; undefined for names that a shell could take for something else. */
function bindingFor(user: string, groups: readonly string[], namespace: string, verb: ClusterVerb): string | undefined {
  const [, ofNamespace, account] = /^system:serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)$/.exec(user) ?? [];
  const isAccount = account !== undefined && groups.includes('system:serviceaccounts');
  if (!isAccount && !/^[A-Za-z0-9@._:-]+$/.test(user)) return undefined;
  const [who, title] = isAccount ? [`--serviceaccount=${ofNamespace}:${account}`, account] : [`--user=${user}`, 'user'];
  const role = clusterRoles[verb];
  return `kubectl create rolebinding ${title}-${role} --namespace=${namespace} --clusterrole=${role} ${who}`;
}
