import type { Auditor } from '../registry/ports/auditor.ts';
import { actorOf, type Principal } from '../registry/ports/authorizer.ts';
import { auditRefusedAction } from './audited-denials.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { RequestRates } from './request-rates.ts';

/** What bounds the requests of those who have proved who they are. */
export interface SubjectRates {
  /** Undefined: as many as they like. */
  readonly subjectRates: RequestRates | undefined;
  readonly auditor: Auditor;
}

/** Counts a request of a user, robot or other subject; throws TOOMANYREQUESTS, after it is in the audit log, when it sends too many. */
export async function admitSubject(exchange: HttpExchange, principal: Principal, { subjectRates, auditor }: SubjectRates): Promise<void> {
  if (subjectRates === undefined || principal.subject.kind === 'anonymous') return;
  try {
    subjectRates.admit(actorOf(principal.subject));
  } catch (error) {
    const decision = { reason: 'more requests than one account may send', roles: [] };
    await auditRefusedAction(auditor, exchange, { principal, action: 'request', resource: { kind: 'registry' }, decision });
    throw error;
  }
}
