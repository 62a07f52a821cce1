import type { Command, Surroundings } from '../../command.ts';
import { type Connection, connect, trustAuthorities } from '../../connection/connect.ts';
import { failureText } from '../../exit-codes.ts';
import { caFileFlag, outputFlag, serverFlag } from '../../flags.ts';
import { printable } from '../../output/readable-value.ts';
import { formatOf, isColoured, writeList } from '../../output/results.ts';
import { type Finding, failed, warning } from './finding.ts';

/** `longshore doctor`: why a registry cannot be reached or used from here, step by step. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'Looks from here at what stands between you and a registry: names, network, TLS, clock, login, limits',
  takes: [{ name: 'SERVER', optional: true }],
  flags: [caFileFlag, outputFlag, serverFlag],
  examples: ['longshore doctor', 'longshore doctor registry.example --ca-file ca.crt'],
  operations: [],
  anyRegistry: true,
  async run(input, surroundings) {
    const caFile = input.one('ca-file');
    if (caFile !== undefined) await trustAuthorities(caFile);
    const connection = await connect(input.words[0] ?? input.one('server'), surroundings);
    const findings: Finding[] = [];
    for await (const finding of examine(connection, surroundings)) {
      findings.push(finding);
      if (formatOf(input) === 'table') write(finding, surroundings);
    }
    const shape = { columns: ['state', 'check', 'found', 'fix'], named: 'check' };
    if (formatOf(input) !== 'table') await writeList(onePage(findings), shape, formatOf(input), surroundings);
    return findings.some(({ state }) => state === 'failed') ? 1 : 0;
  },
};

async function* onePage(findings: readonly Finding[]): AsyncGenerator<readonly unknown[], void> {
  yield findings;
}

/** Each step needs those before: the first that fails is the last that is looked at. */
async function* examine(connection: Connection, { environment }: Surroundings): AsyncGenerator<Finding, void> {
  const { checkDns, checkTcp, checkTls, endpointOf } = await import('./network-checks.ts');
  const { checkLimits, checkLogin, checkProtocol } = await import('./http-checks.ts');
  const endpoint = endpointOf(connection.url);
  const proxy = environment['HTTPS_PROXY'] ?? environment['https_proxy'];
  if (proxy !== undefined && proxy !== '' && environment['NODE_USE_ENV_PROXY'] !== '1')
    yield warning('proxy', 'HTTPS_PROXY is set and not used', 'To go through it, set NODE_USE_ENV_PROXY=1 as well.');
  const steps = [checkDns, checkTcp, ...(connection.url.startsWith('https:') ? [checkTls] : [])];
  for (const step of steps) {
    const finding = await step(endpoint);
    yield finding;
    if (finding.state === 'failed') return;
  }
  if (!connection.url.startsWith('https:') && !/^(127\.|::1$|localhost$)/.test(endpoint.hostname))
    yield warning('TLS', 'the registry is spoken to in the clear', 'Passwords and images can be read on the way: serve it over TLS.');
  try {
    yield* await checkProtocol(connection);
    yield await checkLogin(connection);
    yield* await checkLimits(connection);
  } catch (error) {
    yield failed('registry', failureText(error), 'The connection is good, but no registry answers over it.');
  }
}

const colours = { ok: 32, warning: 33, failed: 31, skipped: 2 } as const;

function write({ check, state, found, fix }: Finding, surroundings: Surroundings): void {
  const { output } = surroundings;
  const word = state.padEnd(8);
  const shown = isColoured(surroundings) ? `\u001b[${colours[state]}m${word}\u001b[0m` : word;
  output.out(`${shown} ${check.padEnd(17)} ${printable(found)}`);
  if (fix !== undefined) output.out(`${' '.repeat(27)}${fix}`);
}
