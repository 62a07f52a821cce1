import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Authenticated, Origin, Refusal } from '../../registry/ports/authenticator.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ProvedToken } from '../../registry/ports/foreign-tokens.ts';
import type { TrustingRobot, TrustLogins } from '../../registry/ports/robot-trust-store.ts';
import type { TrustRules } from '../../registry/ports/trust-rules.ts';
import { readRobotUserName, robotUserName } from '../../registry/robot-name.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { TrustingRobots } from '../foreign-login.ts';
import { isGoodTrusting, trustingPrincipal } from '../robot-login.ts';

/** Where no robot is named, all that trust the issuer are asked: with more of them, one has to be named. */
const mostAsked = 200;
/** Nothing else of the process goes on meanwhile. */
const longestTurnMs = 10;

interface TrustLoginOptions {
  readonly trusts: TrustLogins;
  readonly rules: TrustRules;
  readonly now: () => Millis;
  /** Told of a use that could not be noted, which keeps nobody out. */
  readonly report: (message: string, error: unknown) => void;
}

/** Finds the robot that trusts a proved token. */
export class TrustLogin implements TrustingRobots {
  readonly #options: TrustLoginOptions;
  /** What rules said of tokens; neither changes. By the claims, which are remembered with their token. */
  readonly #said = new WeakMap<object, Map<number, boolean>>();
  readonly #notedAt = new BoundedMap<Millis>(10_000);

  constructor(options: TrustLoginOptions) {
    this.#options = options;
  }

  async login(proved: ProvedToken, from: Origin, userName: string | undefined): Promise<Authenticated | Refusal> {
    const robot = userName === undefined ? undefined : readRobotUserName(userName);
    if (userName !== undefined && robot === undefined) return refused(`the user name is none of a robot`);
    const kind = proved.thumbprint === undefined ? 'token' : 'certificate';
    // Trusts of certificates are made by administrators alone: none is in the way of others, and who pulls from another project is still who it is.
    const project = kind === 'token' ? from.project : undefined;
    const wanted = { kind, issuer: proved.issuer, robot, limit: mostAsked + 1 } as const;
    // No name comes along with a certificate.
    const remedy = kind === 'token' ? 'give the user name of one' : 'delete some';
    let { asked, first } = await this.#ask({ ...wanted, project }, proved);
    // Whoever asks for what another project shows is still who it is.
    if (project !== undefined && first === undefined && asked.length <= mostAsked)
      ({ asked, first } = await this.#ask({ ...wanted, project: undefined }, proved));
    if (asked.length > mostAsked) return several(`too many robots trust '${proved.issuer}'`, remedy);
    if (first !== undefined && 'several' in first)
      return several(`rules of several robots are true of it (trusts ${first.several})`, remedy);
    if (first === undefined) {
      const who = robot === undefined ? 'no robot' : `the robot ${userName} does not exist or`;
      const rules = asked.length === 0 ? `has no trust for the issuer '${proved.issuer}'` : `has no rule that is true of it`;
      return refused(
        robot === undefined && asked.length === 0 ? `no robot has a trust for the issuer '${proved.issuer}'` : `${who} ${rules}`,
      );
    }
    if (!isGoodTrusting(first, this.#options.now())) {
      return { ...refused('the robot that trusts it is disabled or has expired'), account: robotUserName(first) };
    }
    await this.#noteUse(first, from);
    return { kind: 'principal', principal: trustingPrincipal(first, proved) };
  }

  async #ask(wanted: Parameters<TrustLogins['findTrustingRobots']>[0], proved: ProvedToken) {
    const asked = await this.#options.trusts.findTrustingRobots(wanted);
    return { asked, first: asked.length > mostAsked ? undefined : await this.#firstOf(asked, proved) };
  }

  /** The first whose rule is true, unless another robot has one too. Rules are of all projects: others get their turn in between. */
  async #firstOf(asked: readonly TrustingRobot[], proved: ProvedToken): Promise<TrustingRobot | { readonly several: string } | undefined> {
    let first: TrustingRobot | undefined;
    let turnBegan = performance.now();
    for (const trusting of asked) {
      if (performance.now() - turnBegan > longestTurnMs) {
        await nextTurn();
        turnBegan = performance.now();
      }
      if (!this.#trusts(trusting, proved)) continue;
      if (first !== undefined && first.id !== trusting.id) return { several: `${first.trustId}, ${trusting.trustId}` };
      first ??= trusting;
    }
    return first;
  }

  #trusts({ trustId, rule }: TrustingRobot, { claims }: ProvedToken): boolean {
    const said = this.#said.get(claims) ?? new Map<number, boolean>();
    this.#said.set(claims, said);
    const answer = said.get(trustId) ?? this.#options.rules.isTrueOf(rule, claims);
    said.set(trustId, answer);
    return answer;
  }

  async #noteUse({ id, trustId }: TrustingRobot, { address }: Origin): Promise<void> {
    const { trusts, now, report } = this.#options;
    const at = now();
    if (at - (this.#notedAt.get(String(trustId)) ?? -Infinity) < 60_000) return;
    this.#notedAt.set(String(trustId), at);
    try {
      await trusts.noteTrustUse({ id, trustId, address, at });
    } catch (error) {
      // A full disk must not keep those out who only pull.
      report('the use of a robot could not be recorded', error);
    }
  }
}

/** Its holder is told what to do, and nothing of robots, which may be those of others. */
function several(detail: string, remedy: string): Refusal {
  return { ...refused(`${detail}: ${remedy}`), told: `several robots may trust it: ${remedy}` };
}

function refused(detail: string): Refusal {
  return { kind: 'refused', reason: 'token-invalid', detail };
}
