import type { Agent } from './agent.ts';
import type { Millis } from './content-store.ts';
import type { RobotKey } from './robot-store.ts';

/** What a trust is about: tokens of an issuer, or certificates of an authority. */
export type TrustKind = 'token' | 'certificate';

/** Whom a robot trusts to act as itself, as its owners see it. Never changed: another rule is another trust. */
export interface RobotTrust {
  readonly id: number;
  readonly kind: TrustKind;
  /** Name of the issuer or the authority in the settings. */
  readonly issuer: string;
  /** What must be true of the token or certificate. */
  readonly rule: string;
  readonly createdAt: Millis;
  readonly createdBy: string;
  /** Not more often than once a minute. */
  readonly lastUsedAt: Millis | undefined;
}

/** A robot and one of its trusts, as far as a login depends on them. */
export interface TrustingRobot {
  readonly id: number;
  readonly project: string | undefined;
  readonly name: string;
  readonly disabled: boolean;
  readonly expiresAt: Millis | undefined;
  /** As `RobotCredential.epoch`. */
  readonly epoch: number;
  readonly trustId: number;
  readonly rule: string;
}

/** A robot has at most so many trusts. */
export const mostTrusts = 20;

/** What a login needs of trusts; none of robots whose project was deleted. */
export interface TrustLogins {
  /**
   * Robots, also expired and disabled ones (the caller compares), that trust an issuer, by id of the trust: of all robots, of those of a
   * project and of the whole registry, or of the one of that name.
   */
  findTrustingRobots(wanted: {
    kind: TrustKind;
    issuer: string;
    robot: { readonly project: string | undefined; readonly name: string } | undefined;
    project?: string | undefined;
    limit: number;
  }): Promise<readonly TrustingRobot[]>;
  /** By what a registry token is bound to. */
  findTrustingRobot(bound: { id: number; trustId: number }): Promise<TrustingRobot | undefined>;
  /** Notes a use of robot and trust, unless one was noted within the minute before. */
  noteTrustUse(input: { id: number; trustId: number; address: string; at: Millis }): Promise<void>;
}

/** Trusts of robots, each reached through its robot, and that through its project. */
export interface RobotTrustStore extends TrustLogins {
  /** `too-many`: the robot has `mostTrusts`. */
  createRobotTrust(
    input: RobotKey & { kind: TrustKind; issuer: string; rule: string; by: Agent; at: Millis },
  ): Promise<{ readonly outcome: 'created'; readonly id: number } | { readonly outcome: 'unknown' | 'too-many' }>;
  /** The oldest first; empty too when there is no such robot. */
  listRobotTrusts(key: RobotKey): Promise<readonly RobotTrust[]>;
  /** Logins and registry tokens by it end. False: there is no such trust of that robot. */
  deleteRobotTrust(input: RobotKey & { trustId: number; by: Agent; at: Millis }): Promise<boolean>;
}
