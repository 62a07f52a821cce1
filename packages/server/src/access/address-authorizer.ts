import { addressKey, isInSpan } from '../registry/address-spans.ts';
import type { AccessStore } from '../registry/ports/access-store.ts';
import type { Action, Authorizer, Decision, Principal, Resource, Subject, Visibility } from '../registry/ports/authorizer.ts';
import { projectOf } from '../registry/project-name.ts';

/**
 * Projects that are closed to some addresses, before whoever else decides: nobody's role, no cluster and no open project lets anybody in from
 * there, and no token that was got elsewhere. Whoever comes from an address that is not known is let into no such project. Reads at each
 * decision, so a change counts at once; rejects when it cannot be read.
 */
export class AddressAuthorizer implements Authorizer {
  readonly #inner: Authorizer;
  readonly #access: Pick<AccessStore, 'findAddressLimits' | 'findClosedSpans'>;

  constructor(inner: Authorizer, access: Pick<AccessStore, 'findAddressLimits' | 'findClosedSpans'>) {
    this.#inner = inner;
    this.#access = access;
  }

  async decide(principal: Principal, action: Action, resource: Resource): Promise<Decision> {
    const { some } = await this.#access.findAddressLimits();
    if (some && resource.kind !== 'registry' && !mayMend(principal.subject, action, resource)) {
      const project = projectOf(resource.name);
      const { spans } = await this.#access.findClosedSpans(project);
      const decision = await this.#inner.decide(principal, action, resource);
      if (isInSpan(spans, keyOf(principal))) {
        // What is told of a project that is not there is told of this one, as late.
        const { allow, told } = decision;
        // The address is in the log entry itself: repeats from several look alike there.
        const reason = `project ${project} is closed to this address`;
        return { allow: false, reason, roles: [], ...(!allow && told !== undefined && { told }) };
      }
      return spans.length === 0 ? decision : { ...decision, fromHereAlone: true };
    }
    return this.#inner.decide(principal, action, resource);
  }

  async visible(principal: Principal, action: Action): Promise<Visibility> {
    const visibility = await this.#inner.visible(principal, action);
    if (visibility.kind === 'nothing' || !(await this.#access.findAddressLimits()).some) return visibility;
    return { ...visibility, from: keyOf(principal) ?? 'unknown' };
  }
}

function keyOf({ address }: Principal): string | undefined {
  return address === undefined ? undefined : addressKey(address);
}

/** Administrators look at a project's settings and mend them from anywhere; what is in it is closed to them too. */
function mayMend(subject: Subject, action: Action, { kind }: Resource): boolean {
  return subject.kind === 'user' && subject.administrator && kind === 'project' && (action === 'list' || action === 'administer');
}
