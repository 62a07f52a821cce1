import type { Millis } from './content-store.ts';

/** What trusts of robots call the authorities whose certificates clients may show. */
export const clientAuthorities = 'client-certificates';

/** A certificate (X.509) that the other end of a connection has shown together with the proof that it has its key. */
export interface ShownCertificate {
  /** SHA-256 of the certificate in base64url, as `x5t#S256` has it (RFC 8705 section 3.1). */
  readonly thumbprint: string;
  /** Why it proves nothing at this moment: a sentence's end for whoever showed it, the same whenever the same is wrong. Undefined: it is good. */
  readonly fault: string | undefined;
  /** What it says, for rules of trusts; of bounded size. The same object for as long as the connection lasts. Nothing of it is proved while there is a `fault`. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The one common name of its subject; undefined when there is none, or several. */
  readonly commonName: string | undefined;
  /** From then on it is good no more, nor is what came of it. */
  readonly until: Millis;
}
