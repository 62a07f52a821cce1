import { stringify } from 'yaml';
import type { LoadedConfig } from './load.ts';
import { settings } from './settings.ts';

const mask = '********';

/**
 * The configuration that applies, as YAML that could be used as a file, with the source of each value as a comment.
 * Secrets are masked.
 */
export function printConfig({ effective }: Pick<LoadedConfig, 'effective'>): string {
  const lines: string[] = [];
  let open = '';
  for (const { key, secret } of settings) {
    const given = effective.get(key);
    if (given === undefined) continue;
    const [section = '', name] = key.split('.');
    if (name !== undefined && section !== open) lines.push(`${section}:`);
    open = name === undefined ? '' : section;
    const value = stringify(secret ? mask : given.value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
    const indent = name === undefined ? '' : '  ';
    lines.push(`${indent}${name ?? section}: ${value} # ${given.source}`);
  }
  return `${lines.join('\n')}\n`;
}
