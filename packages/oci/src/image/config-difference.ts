import { isJsonObject, jsonDepth } from '../json-shape.ts';
import { mostConfigDepth } from './image-config.ts';

/** A value of the configuration that differs: JSON of what it is on either side, absent where it is not. */
export interface ConfigDifference {
  /** Such as `Cmd`, `Env.PATH`, `Labels.version`. */
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

/** Values that differ are listed up to here, and each up to this length. */
export const mostConfigDifferences = 2_000;
const longestValue = 4096;
/** A larger one was made to cost memory: the largest that are in use have a tenth of it. */
const mostConfigBytes = 4 * 1024 * 1024;

/** What images are made of besides: it differs between any two, and the files tell it better. */
const ofBuild = new Set(['created', 'history', 'rootfs', 'config', 'container', 'container_config', 'docker_version', 'id', 'parent']);

/** What differs between two image configurations, by name; of environment, labels, ports and volumes each entry is a value of its own. */
export function compareConfigs(from: Uint8Array, to: Uint8Array): ConfigDifference[] {
  const [before, after] = [valuesOf(from), valuesOf(to)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) return [];
    return [{ name: cut(name), ...(was !== undefined && { from: shown(was) }), ...(is !== undefined && { to: shown(is) }) }];
  });
}

/** JSON of each value, by name; of what is no configuration, nothing. */
function valuesOf(bytes: Uint8Array): Map<string, string> {
  const values = new Map<string, string>();
  const image = parsed(bytes);
  if (!isJsonObject(image)) return values;
  for (const [name, value] of Object.entries(image)) if (!ofBuild.has(name)) note(values, name, value);
  const { config } = image;
  if (!isJsonObject(config)) return values;
  for (const [name, value] of Object.entries(config)) {
    if (name === 'Env' && Array.isArray(value)) noteEnvironment(values, value);
    else if (isJsonObject(value)) for (const [key, inner] of Object.entries(value)) note(values, `${name}.${key}`, inner);
    else note(values, name, value);
  }
  return values;
}

/** Of a name that comes twice the last counts, as for processes. */
function noteEnvironment(values: Map<string, string>, entries: readonly unknown[]): void {
  for (const entry of entries) {
    if (typeof entry !== 'string') continue;
    const equals = entry.indexOf('=');
    if (equals > 0) note(values, `Env.${entry.slice(0, equals)}`, entry.slice(equals + 1));
  }
}

/** Empty values are as good as none: builders write them or leave them out. */
function note(values: Map<string, string>, name: string, value: unknown): void {
  const isNothing =
    value === null || (value === '' && !name.startsWith('Env.')) || value === false || (Array.isArray(value) && value.length === 0);
  if (!isNothing) values.set(name, JSON.stringify(value));
}

function parsed(bytes: Uint8Array): unknown {
  // A deeper one was made to end whoever writes its values down again.
  if (bytes.byteLength > mostConfigBytes || jsonDepth(bytes, mostConfigDepth) > mostConfigDepth) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** JSON as well: of a value that is too long, the beginning of its text. */
function shown(json: string): string {
  if (json.length <= longestValue) return json;
  const value: unknown = JSON.parse(json);
  return JSON.stringify(cut(typeof value === 'string' ? value : json));
}

const cut = (text: string) => (text.length > longestValue ? `${text.slice(0, longestValue).toWellFormed()}…` : text.toWellFormed());
