import type { Millis } from './content-store.ts';
import type { Fence } from './lease-store.ts';

/** A certificate of this server with its key, as they came from an authority. */
export interface IssuedCertificate {
  /** PEM: the server's certificate first, then those of its issuers. */
  readonly chain: string;
  /** Opaque here. */
  readonly sealedKey: string;
  readonly expiresAt: Millis;
  /** From then on a new one is asked for. */
  readonly renewAt: Millis;
}

/** What an authority was asked for and has not given yet. */
export interface CertificateOrder {
  readonly url: string;
  /** Of the key that the certificate will be for; opaque here. */
  readonly sealedKey: string;
}

/** One certificate that the registry gets from an authority, and how far it is with it. */
export interface ManagedCertificate {
  /** Says for which names and from which authority. */
  readonly id: string;
  /** Undefined until there is a first one. */
  readonly issued: IssuedCertificate | undefined;
  readonly order: CertificateOrder | undefined;
  /** Attempts in a row that failed. */
  readonly failures: number;
  /** When there is something to do for its owner. */
  readonly nextAt: Millis;
}

/** How an authority knows us. */
export interface AuthorityAccount {
  /** Of the private key; opaque here. */
  readonly sealedKey: string;
  /** Its address at the authority; undefined until it is registered there. */
  readonly url: string | undefined;
}

/** What somebody who controls a name answers to its authority. */
export interface HttpChallenge {
  readonly token: string;
  readonly keyAuthorization: string;
}

/** Certificates from authorities, shared by all that serve; one owner at a time changes them. */
export interface CertificateStore {
  findCertificate(id: string): Promise<ManagedCertificate | undefined>;
  /** The one that lasts longest, of whatever names. */
  longestCertificate(): Promise<ManagedCertificate | undefined>;
  /** Writes it as it is now, and forgets others that ended a month before `at`. */
  saveCertificate(input: { certificate: ManagedCertificate; at: Millis; fence: Fence }): Promise<void>;
  /** The account with this authority: whoever comes first decides on its key. */
  keepAuthorityAccount(input: { directory: string; sealedKey: string; fence: Fence }): Promise<AuthorityAccount>;
  setAuthorityAccountUrl(input: { directory: string; url: string | undefined; fence: Fence }): Promise<void>;
  /** What to answer to this token; undefined when nobody offered it, or not for now. */
  findHttpChallenge(token: string, at: Millis): Promise<string | undefined>;
  /** Until `expiresAt`; forgets what has run out at `at`. */
  offerHttpChallenges(input: { challenges: readonly HttpChallenge[]; expiresAt: Millis; at: Millis; fence: Fence }): Promise<void>;
  withdrawHttpChallenges(input: { tokens: readonly string[]; fence: Fence }): Promise<void>;
}
