import type { RepositoryName } from '@longshore/oci';
import type { Action, Decision, Lasting, Principal } from '../registry/ports/authorizer.ts';

/** Who may do what they asked for, and why. */
export interface Admitted {
  /** Located, and limited to what the credential is for. */
  readonly principal: Principal;
  readonly decision: Decision;
}

/** Who was let through, what had been asked, and for how long that counts. */
export interface RememberedAdmission extends Admitted, Lasting {
  /** Authorization. */
  readonly header: string | undefined;
  readonly address: string;
  readonly need: Action | 'login';
  readonly repository: RepositoryName;
  /** `MetadataStore.changeMark`, before anything else was read. */
  readonly mark: number;
}
