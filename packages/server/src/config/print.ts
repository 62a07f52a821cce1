import { stringify } from 'yaml';
import type { LoadedConfig } from './load.ts';
import { mask, maskedValue } from './masked-value.ts';
import { mirrorsKey } from './mirror-source.ts';
import { lists, settings } from './settings.ts';

/**
 * The configuration that applies, as YAML that could be used as a file, with the source of each value as a comment.
 * Secrets are masked.
 */
export function printConfig({ effective }: Pick<LoadedConfig, 'effective'>): string {
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const { key, secret } of settings) {
    const given = effective.get(key);
    if (given === undefined) continue;
    const sections = key.split('.');
    const name = sections.pop();
    const same = sections.findIndex((section, depth) => section !== open[depth]);
    for (let depth = same < 0 ? sections.length : same; depth < sections.length; depth += 1)
      lines.push(`${'  '.repeat(depth)}${sections[depth]}:`);
    open = sections;
    const value = stringify(secret ? mask : given.value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
    lines.push(`${'  '.repeat(sections.length)}${name}: ${value} # ${given.source}`);
  }
  const mirrors = effective.get(mirrorsKey);
  if (mirrors !== undefined) {
    const masked = maskedValue(mirrors.value, [lists.get(mirrorsKey) ?? {}]);
    lines.push(`${mirrorsKey}: # ${mirrors.source}`, stringify(masked, { lineWidth: 0 }).trimEnd());
  }
  return `${lines.join('\n')}\n`;
}
