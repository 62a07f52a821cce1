import { type Agent, agentOf } from '../registry/ports/agent.ts';
import type { Auditor } from '../registry/ports/auditor.ts';
import type { Refusal, RefusalReason } from '../registry/ports/authenticator.ts';
import { anonymous, type Decision, type Principal, type Resource } from '../registry/ports/authorizer.ts';
import { projectOf } from '../registry/project-name.ts';
import { RegistryError } from '../registry/registry-error.ts';
import type { HttpExchange } from './http-exchange.ts';

const reasons: Readonly<Record<RefusalReason, string | undefined>> = {
  credentials: 'wrong user name, password or token',
  delayed: 'too many failed logins',
  'second-factor': 'the right password without the second factor',
  // Every client comes with one of these now and then, and asks for another.
  certificate: 'a client certificate',
  'token-expired': undefined,
  'token-invalid': 'not a token of this registry, or no longer good',
};

/** Writes a refused login to the audit log, with the account that it was for if there is one. Never another name that was given: people type passwords there. */
export async function auditRefusedLogin(auditor: Auditor, exchange: HttpExchange, refusal: Refusal): Promise<void> {
  const { detail } = refusal;
  const what = refusal.reason === 'certificate' ? reasons.certificate : 'a token of another issuer';
  const reason = detail === undefined ? reasons[refusal.reason] : `${what}: ${detail}`;
  if (reason === undefined) return;
  const by = agentOf({ ...anonymous, credential: 'refused' }, { reason, roles: [] }, originOf(exchange));
  const { account } = refusal;
  const resource = account === undefined ? { kind: 'registry', name: '' } : { kind: 'account', name: account };
  await auditor.denied({ by, action: 'login', resource, project: undefined });
}

/** Writes to the audit log that somebody may not do something. */
export async function auditRefusedAction(
  auditor: Auditor,
  exchange: HttpExchange,
  refused: { principal: Principal; action: string; resource: Resource; decision: Pick<Decision, 'reason' | 'roles'> },
): Promise<void> {
  const { principal, action, resource, decision } = refused;
  const name = resource.kind === 'registry' ? '' : resource.name;
  const project = resource.kind === 'registry' ? undefined : projectOf(resource.name);
  await auditor.denied({ by: agentOf(principal, decision, originOf(exchange)), action, resource: { kind: resource.kind, name }, project });
}

/** Writes to the audit log that somebody who may do this in general may not do it now, or not with this: the reason of `error` says why. */
export async function auditLateRefusal(
  auditor: Auditor,
  refused: { by: Agent; action: string; resource: Resource; error: Error },
): Promise<void> {
  const { by, action, resource, error } = refused;
  const name = resource.kind === 'registry' ? '' : resource.name;
  const project = resource.kind === 'registry' ? undefined : projectOf(resource.name);
  // Figures of the moment come behind the colon: repeats must look alike to be counted as such.
  const reason = error.message.split(': ', 1)[0] ?? '';
  await auditor.denied({ by: { ...by, reason }, action, resource: { kind: resource.kind, name }, project });
}

/** Whether an error of the core says that somebody may not: a tag that may not be moved, a quota that is full. */
export function isDenial(error: unknown): error is RegistryError {
  return error instanceof RegistryError && error.code === 'DENIED' && (error.status === 403 || error.status === 413);
}

function originOf({ origin, id }: HttpExchange): { address: string; requestId: string } {
  return { address: origin.address, requestId: id };
}
