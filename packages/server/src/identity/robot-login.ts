import type { Authenticated, Origin, Refusal } from '../registry/ports/authenticator.ts';
import { lasting, type Principal } from '../registry/ports/authorizer.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import type { RobotCredential, RobotLogins } from '../registry/ports/robot-store.ts';
import type { TrustingRobot, TrustLogins } from '../registry/ports/robot-trust-store.ts';
import { robotTitle, robotUserName } from '../registry/robot-name.ts';
import { wrongCredentials } from './basic-credentials.ts';
import { BoundedMap } from './bounded-map.ts';

const noteUseEveryMs = 60_000;

/** What a robot's registry token is bound to: no name, and the one secret it was got with. */
export interface BoundRobot {
  readonly kind: 'robot';
  readonly id: number;
  readonly epoch: number;
  readonly secretId: number;
}

/** What the registry token of a robot is bound to that was proved by another issuer's token: its trust, and the end of that token. */
export interface BoundTrustingRobot {
  readonly kind: 'robot';
  readonly id: number;
  readonly epoch: number;
  readonly trustId: number;
  /** As `ProvedToken.until`. */
  readonly until: Millis;
}

/** The reads of a robot's login, and of each request with its token. */
type RobotReads = RobotLogins & Pick<TrustLogins, 'findTrustingRobot'>;

/** Robots by their secrets, and by what their tokens are bound to: one read each. */
export class RobotLogin {
  readonly #robots: RobotReads;
  readonly #now: () => Millis;
  readonly #report: (message: string, error: unknown) => void;
  /** When a use of a secret was noted by this process: of a thousand logins at once, one writes. */
  readonly #notedAt = new BoundedMap<Millis>(10_000);

  /** `report` is told of a use that could not be noted, which keeps nobody out. */
  constructor(options: { robots: RobotReads; now: () => Millis; report: (message: string, error: unknown) => void }) {
    this.#robots = options.robots;
    this.#now = options.now;
    this.#report = options.report;
  }

  /**
   * By the hash of a secret. `userName`: what was sent along with it, which must be the robot's own, so that no log names another;
   * undefined where only a secret is sent. Not delayed after failures: 256 random bits are not guessed.
   */
  async login(secretHash: Uint8Array, from: Origin, userName: string | undefined): Promise<Authenticated | Refusal> {
    const found = await this.#robots.findRobotBySecret(secretHash);
    if (found === undefined) return wrongCredentials;
    const isOther = userName !== undefined && userName !== robotUserName(found);
    if (isOther || !this.#isGood(found)) return { ...wrongCredentials, account: robotUserName(found) };
    await this.#noteUse(found, from);
    return { kind: 'principal', principal: robotPrincipal(found) };
  }

  /** The robot that a token was given to, as it is now, and when it ends by itself; undefined when the token is no longer good. */
  async find(bound: BoundRobot | BoundTrustingRobot): Promise<Authenticated | undefined> {
    if ('trustId' in bound) return this.#findTrusting(bound);
    const found = await this.#robots.findRobotCredential(bound);
    if (found === undefined || found.epoch !== bound.epoch || !this.#isGood(found)) return undefined;
    return { kind: 'principal', principal: robotPrincipal(found), lasts: { ...lasting, until: endOf(found) } };
  }

  async #findTrusting({ id, trustId, epoch, until }: BoundTrustingRobot): Promise<Authenticated | undefined> {
    const found = this.#now() < until ? await this.#robots.findTrustingRobot({ id, trustId }) : undefined;
    const isGood = found?.epoch === epoch && isGoodTrusting(found, this.#now());
    if (!isGood) return undefined;
    const lasts = { ...lasting, until: Math.min(until, found.expiresAt ?? Infinity) };
    return { kind: 'principal', principal: trustingPrincipal(found, { until }), lasts };
  }

  #isGood(robot: RobotCredential): boolean {
    return !robot.disabled && endOf(robot) > this.#now();
  }

  async #noteUse({ id, secretId, secretLastUsedAt }: RobotCredential, { address }: Origin): Promise<void> {
    const at = this.#now();
    const notedAt = Math.max(secretLastUsedAt ?? -Infinity, this.#notedAt.get(String(secretId)) ?? -Infinity);
    if (at - notedAt < noteUseEveryMs) return;
    this.#notedAt.set(String(secretId), at);
    try {
      await this.#robots.noteRobotUse({ id, secretId, address, at });
    } catch (error) {
      // A full disk must not keep those out who only pull.
      this.#report('the use of a robot could not be recorded', error);
    }
  }
}

function endOf({ expiresAt, secretExpiresAt }: RobotCredential): Millis {
  return Math.min(expiresAt ?? Infinity, secretExpiresAt ?? Infinity);
}

function robotPrincipal(robot: RobotCredential): Principal {
  return {
    subject: { kind: 'robot', id: robot.id, name: robotTitle(robot) },
    credential: `robot:${robot.id}`,
    limit: undefined,
    proof: { robotEpoch: robot.epoch, secretId: robot.secretId },
  };
}

/** Whether a robot may be acted as by those whom it trusts. */
export function isGoodTrusting({ disabled, expiresAt }: TrustingRobot, now: Millis): boolean {
  return !disabled && (expiresAt ?? Infinity) > now;
}

/** A robot, acted as by the holder of a token or, with `thumbprint`, of a certificate that is good until `until`. */
export function trustingPrincipal(
  robot: TrustingRobot,
  { until, thumbprint }: { readonly until: Millis; readonly thumbprint?: string | undefined },
): Principal {
  return {
    subject: { kind: 'robot', id: robot.id, name: robotTitle(robot) },
    credential: `${thumbprint === undefined ? 'federated' : 'certificate'}:${robot.trustId}`,
    limit: undefined,
    proof: { robotEpoch: robot.epoch, trustId: robot.trustId, until, thumbprint },
  };
}
