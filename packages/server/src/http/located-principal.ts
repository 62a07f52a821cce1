import type { Authenticated, Authentication, Origin, Refusal } from '../registry/ports/authenticator.ts';
import { anonymous, type Principal } from '../registry/ports/authorizer.ts';

/** Who asks, and from where: projects may be closed to some addresses. */
export function comingFrom(principal: Principal, { address }: Origin): Principal {
  return { ...principal, address };
}

/** The same of what a header proved: whoever showed no credentials comes from somewhere too. */
export function locate(authentication: Authentication, origin: Origin): Authenticated | Refusal {
  if (authentication.kind === 'refused') return authentication;
  return { kind: 'principal', principal: comingFrom(authentication.kind === 'principal' ? authentication.principal : anonymous, origin) };
}
