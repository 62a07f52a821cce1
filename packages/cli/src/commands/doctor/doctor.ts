import type { Command, Surroundings } from '../../command.ts';
import { connect, trustAuthorities } from '../../connection/connect.ts';
import { trust } from '../../connection/machine-network.ts';
import { caFileFlag, outputFlag, serverFlag } from '../../flags.ts';
import { type Language, languageOf } from '../../language.ts';
import { printable } from '../../output/readable-value.ts';
import { formatOf, isColoured, writeList } from '../../output/results.ts';
import { padded } from '../../output/table.ts';
import { type CheckName, checkNames, type Finding, states } from './finding.ts';

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
    const [language, format] = [languageOf(surroundings), formatOf(input)];
    const rows: { readonly check: CheckName; readonly state: Finding['state']; readonly found: string; readonly fix?: string }[] = [];
    for await (const { check, state, found, fix } of examine(siteOf(connection, surroundings))) {
      const row = { check, state, found: found[language], ...(fix !== undefined && { fix: fix[language] }) };
      rows.push(row);
      if (format === 'table') write(row, language, surroundings);
    }
    if (format !== 'table') await writeList(onePage(rows), { columns: [], named: 'check' }, format, surroundings);
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
  language: Language,
  surroundings: Surroundings,
): void {
  const { output } = surroundings;
  const word = padded(states[state][language], stateWidth);
  const shown = isColoured(surroundings) ? `\u001b[${colours[state]}m${word}\u001b[0m` : word;
  output.out(`${shown} ${padded(checkNames[check][language], checkWidth)} ${printable(found)}`);
  if (fix !== undefined) output.out(`${' '.repeat(stateWidth + checkWidth + 2)}${printable(fix)}`);
}
