import { type CheckName, type Finding, skipped } from './finding.ts';
import { checkBodies, checkHeaders, checkRate } from './limit-checks.ts';
import { checkLogin, checkTokenService } from './login-checks.ts';
import { checkDns, checkTcp } from './network-checks.ts';
import { checkProxy } from './proxy-check.ts';
import { checkClock, checkRegistry } from './registry-checks.ts';
import type { Site } from './site.ts';
import { checkTls } from './tls-check.ts';

interface Check {
  look(site: Site): Promise<Finding>;
  /** Whether the others can be made when this one has failed. */
  readonly isNeeded?: boolean;
}

const checks: Readonly<Record<CheckName, Check>> = {
  DNS: { look: checkDns, isNeeded: true },
  TCP: { look: checkTcp, isNeeded: true },
  proxy: { look: checkProxy, isNeeded: true },
  TLS: { look: checkTls, isNeeded: true },
  registry: { look: checkRegistry, isNeeded: true },
  clock: { look: checkClock },
  'token service': { look: checkTokenService },
  login: { look: checkLogin },
  'size of layers': { look: checkBodies },
  'length of tokens': { look: checkHeaders },
  'rate limit': { look: checkRate },
};

/** Makes every check in its order; behind one that the others need and that failed, they are skipped. */
export async function* examine(site: Site): AsyncGenerator<{ readonly check: CheckName } & Finding, void> {
  let broken: CheckName | undefined;
  for (const [check, { look, isNeeded = false }] of Object.entries(checks) as [CheckName, Check][]) {
    if (broken !== undefined) {
      yield { check, ...skipped(`${broken} comes first`) };
      continue;
    }
    const finding = await look(site);
    if (isNeeded && finding.state === 'failed') broken = check;
    yield { check, ...finding };
  }
}
