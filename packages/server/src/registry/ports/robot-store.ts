import type { Agent } from './agent.ts';
import type { Listed, Millis, Page } from './content-store.ts';

/** One thing that a robot may do: a role binding, by names. */
export interface RobotPermission {
  /** Undefined: every project, which only a robot of the registry may have. */
  readonly project: string | undefined;
  /** A pattern over the paths below the project, as every binding has one: `**`, `a/b`, `a/**` or `a*`. */
  readonly repositories: string;
  /** A built-in role, or one of that project or of the registry. */
  readonly role: string;
}

/** One of a robot's secrets, without anything of the secret. */
export interface RobotSecret {
  readonly id: number;
  readonly createdAt: Millis;
  /** When it ends, because it was replaced; undefined for the newest one. */
  readonly expiresAt: Millis | undefined;
  readonly lastUsedAt: Millis | undefined;
}

/** A robot as its owners see it. */
export interface Robot {
  /** Never given to another robot, whatever its name: tokens and bindings are bound to it. */
  readonly id: number;
  /** Undefined: a robot of the whole registry. */
  readonly project: string | undefined;
  readonly name: string;
  readonly description: string;
  readonly disabled: boolean;
  readonly expiresAt: Millis | undefined;
  readonly createdAt: Millis;
  readonly createdBy: string;
  /** Rises with every change but use. */
  readonly version: number;
  /** Not more often than once a minute. */
  readonly lastUsedAt: Millis | undefined;
  readonly lastUsedAddress: string | undefined;
  /** The oldest first, also those that have ended lately. */
  readonly secrets: readonly RobotSecret[];
  readonly permissions: readonly RobotPermission[];
}

/** A robot and one of its secrets, as far as a login depends on them. */
export interface RobotCredential {
  readonly id: number;
  readonly project: string | undefined;
  readonly name: string;
  readonly disabled: boolean;
  readonly expiresAt: Millis | undefined;
  /** Rises when the robot is disabled: what was issued before stays bad when it is enabled again. */
  readonly epoch: number;
  readonly secretId: number;
  readonly secretExpiresAt: Millis | undefined;
  readonly secretLastUsedAt: Millis | undefined;
}

/** Names a robot through its parent: one of another project is not there. `project` undefined: of the registry. */
export interface RobotKey {
  readonly project: string | undefined;
  readonly id: number;
}

/** Why permissions were not stored: what there is not, in the `index`-th of them. */
export interface UnknownPermission {
  readonly outcome: 'unknown-role' | 'unknown-project' | 'bad-pattern';
  readonly index: number;
}

/** `no-project`: where the robot was to live. */
export type CreateRobotOutcome =
  | { readonly outcome: 'created'; readonly id: number }
  | { readonly outcome: 'name-taken' }
  | { readonly outcome: 'no-project' }
  | UnknownPermission;

/** `stale`: it has another version by now. */
export type ChangeRobotOutcome = { readonly outcome: 'changed' } | { readonly outcome: 'unknown' | 'stale' } | UnknownPermission;

/** What is to change of a robot; undefined stays. */
export interface RobotChanges {
  readonly description?: string | undefined;
  readonly disabled?: boolean | undefined;
  /** Null: it never expires. */
  readonly expiresAt?: Millis | null | undefined;
  /** Replaces all of them. */
  readonly permissions?: readonly RobotPermission[] | undefined;
}

/** What a login needs of robots. */
export interface RobotLogins {
  /** By the hash of a secret, also expired and disabled ones (the caller compares); none of a project that was deleted. */
  findRobotBySecret(secretHash: Uint8Array): Promise<RobotCredential | undefined>;
  /** By what a token is bound to. */
  findRobotCredential(bound: { id: number; secretId: number }): Promise<RobotCredential | undefined>;
  /** Notes a use of robot and secret; the latest one stays. */
  noteRobotUse(input: { id: number; secretId: number; address: string; at: Millis }): Promise<void>;
}

/** Robots, their secrets (SHA-256 of 256 random bits, never more) and what they may do. */
export interface RobotStore extends RobotLogins {
  /** Robot, first secret and permissions, or nothing of them. */
  createRobot(input: {
    project: string | undefined;
    name: string;
    description: string;
    expiresAt: Millis | undefined;
    secretHash: Uint8Array;
    permissions: readonly RobotPermission[];
    by: Agent;
    at: Millis;
  }): Promise<CreateRobotOutcome>;
  findRobot(key: RobotKey): Promise<Robot | undefined>;
  /** The actions of the role that a permission would bind, as `maskOf` makes them; undefined when there is no such role. */
  findRoleActions(permission: Pick<RobotPermission, 'project' | 'role'>): Promise<number | undefined>;
  /** By name. `project` undefined: the robots of the registry. */
  listRobots(project: string | undefined, page: Page): Promise<Listed<Robot>>;
  /** Changes what is given, and raises `version`. Without a version: whatever it has. */
  updateRobot(input: RobotKey & { version: number | undefined; changes: RobotChanges; by: Agent; at: Millis }): Promise<ChangeRobotOutcome>;
  /** With secrets and permissions; registry tokens end with it. */
  deleteRobot(
    input: RobotKey & { version: number | undefined; by: Agent; at: Millis },
  ): Promise<{ outcome: 'changed' | 'unknown' | 'stale' }>;
  /**
   * A new secret; the one before is good until `oldUntil` (or its own end, when that is sooner), any older one ends now. False:
   * there is no such robot.
   */
  rotateRobotSecret(input: RobotKey & { secretHash: Uint8Array; oldUntil: Millis; by: Agent; at: Millis }): Promise<boolean>;
  /**
   * Announces, once each, robots that expire before `before` (`robot.expiring`) and that have expired by `at` (`robot.expired`), at most
   * `limit` of each; forgets secrets that have ended. Answers whether there may be more.
   */
  announceRobotExpiry(input: { before: Millis; at: Millis; limit: number; by: Agent }): Promise<boolean>;
}
