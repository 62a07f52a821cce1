import { agentOf } from '../registry/ports/agent.ts';
import type { Auditor } from '../registry/ports/auditor.ts';
import type { Refusal, RefusalReason } from '../registry/ports/authenticator.ts';
import { anonymous, type Decision, type Principal, type Resource } from '../registry/ports/authorizer.ts';
import { projectOf } from '../registry/project-name.ts';
import type { HttpExchange } from './http-exchange.ts';

const reasons: Readonly<Record<RefusalReason, string | undefined>> = {
  credentials: 'wrong user name, password or token',
  delayed: 'too many failed logins',
  // Every client comes with one of these now and then, and asks for another.
  'token-expired': undefined,
  'token-invalid': 'not a token of this registry, or no longer good',
};

/** Writes a refused login to the audit log. Never the name that was given: people type passwords there. */
export async function auditRefusedLogin(auditor: Auditor, exchange: HttpExchange, refusal: Refusal): Promise<void> {
  const reason = reasons[refusal.reason];
  if (reason === undefined) return;
  const by = agentOf({ ...anonymous, credential: 'refused' }, { reason, roles: [] }, originOf(exchange));
  await auditor.denied({ by, action: 'login', resource: { kind: 'registry', name: '' }, project: undefined });
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

function originOf({ origin, id }: HttpExchange): { address: string; requestId: string } {
  return { address: origin.address, requestId: id };
}
