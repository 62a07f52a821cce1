import type { Command, Surroundings } from '../../command.ts';
import { connect, trustAuthorities } from '../../connection/connect.ts';
import { trust } from '../../connection/machine-network.ts';
import { caFileFlag, outputFlag, serverFlag } from '../../flags.ts';
import { printable } from '../../output/readable-value.ts';
import { formatOf, isColoured, isForPeople, writeList } from '../../output/results.ts';
import { padded } from '../../output/table.ts';
import type { CheckName, Finding } from './finding.ts';

/** `longshore doctor`: why a registry cannot be reached or used from here, step by step. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'Looks from here at what stands between you and a registry: names, network, proxy, TLS, clock, login, limits',
  takes: [{ name: 'SERVER', optional: true }],
  flags: [caFileFlag, outputFlag, serverFlag],
  examples: ['longshore doctor', 'longshore doctor registry.example --ca-file ca.crt'],
  operations: [],
  anyRegistry: true,
  async run(input, surroundings) {
    const { examine } = await import('./examine.ts');
    const { siteOf } = await import('./site.ts');
    const caFile = input.one('ca-file');
    // Looked at with the authorities of this machine, as requests are in the end.
    if (caFile === undefined) trust([]);
    else await trustAuthorities(caFile);
    const connection = await connect(input.words[0] ?? input.one('server'), surroundings);
    const format = formatOf(input);
    const rows: { readonly check: CheckName; readonly state: Finding['state']; readonly found: string; readonly fix?: string }[] = [];
    for await (const { check, state, found, fix } of examine(siteOf(connection, surroundings))) {
      const row = { check, state, found, ...(fix !== undefined && { fix }) };
      rows.push(row);
      if (isForPeople(format)) write(row, surroundings);
    }
    if (!isForPeople(format)) await writeList(onePage(rows), { columns: [], named: 'check' }, format, surroundings);
    return rows.some(({ state }) => state === 'failed') ? 1 : 0;
  },
};

async function* onePage(rows: readonly unknown[]): AsyncGenerator<readonly unknown[], void> {
  yield rows;
}

const colours = { ok: 32, warning: 33, failed: 31, skipped: 2 } as const;
const stateWidth = 8;
const checkWidth = 17;

function write(
  { check, state, found, fix }: { check: CheckName; state: Finding['state']; found: string; fix?: string },
  surroundings: Surroundings,
): void {
  const { output, say } = surroundings;
  const word = padded(say(state), stateWidth);
  const shown = isColoured(surroundings) ? `\u001b[${colours[state]}m${word}\u001b[0m` : word;
  output.out(`${shown} ${padded(say(check), checkWidth)} ${printable(say(found))}`);
  if (fix !== undefined) output.out(`${' '.repeat(stateWidth + checkWidth + 2)}${printable(say(fix))}`);
}
