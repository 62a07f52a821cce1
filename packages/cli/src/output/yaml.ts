import { toJson } from './json.ts';

/** A value of JSON as YAML 1.2, in block style; strings are quoted wherever a reader could take them for something else. */
export function toYaml(value: unknown): string {
  return blockOf(value, '').replace(/^\n/, '');
}

const plain = /^[A-Za-z/][A-Za-z0-9_./+@-]*(?: [A-Za-z0-9_./+@-]+)*$/;
// What YAML 1.1 readers take for booleans and null counts as well.
const reserved = /^(?:true|false|yes|no|on|off|y|n|null)$/i;

function scalarOf(value: unknown): string {
  if (typeof value !== 'string') return toJson(value);
  return plain.test(value) && !reserved.test(value) ? value : toJson(value);
}

function blockOf(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []';
    return value.map((item) => `\n${indent}- ${blockOf(item, `${indent}  `).trimStart()}`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    if (entries.length === 0) return ' {}';
    return entries.map(([key, one]) => `\n${indent}${scalarOf(key)}:${blockOf(one, `${indent}  `)}`).join('');
  }
  return ` ${scalarOf(value)}`;
}
