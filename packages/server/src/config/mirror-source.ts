import * as v from 'valibot';
import { type ConfigProblem, describeGiven, didYouMean, type GivenValue } from './config-problem.ts';
import { fillSecrets, isCredential, isVariableOfStore, type StoreSecrets } from './mirror-secrets.ts';
import { mirrorAliases, mirrorVariants } from './mirror-settings.ts';
import { nearest } from './nearest.ts';
import { describeSchema, type SettingNode } from './setting-node.ts';
import { acceptedBy } from './settings.ts';

/** The key of the list. */
export const mirrorsKey = 'mirrorRepositories';

const nodes = Object.fromEntries(Object.entries(mirrorVariants).map(([type, schema]) => [type, describeSchema(schema)]));

/** An entry as it was written, its keys under our names, each with the key under which its place is known. */
interface Entry {
  readonly index: number;
  readonly label: string;
  readonly type: keyof typeof mirrorVariants;
  readonly node: SettingNode;
  readonly values: Map<string, { readonly value: unknown; readonly writtenAs: string }>;
}

type Report = (problem: ConfigProblem) => void;

/** What a file says about the list: its value, and the line of each key in it (`mirrorRepositories.0.name`). */
export interface MirrorsInFile {
  readonly given: GivenValue | undefined;
  readonly places: ReadonlyMap<string, string>;
}

/**
 * Reads the declared stores: names of other products become ours, secrets come from files and variables, and everything that is wrong
 * in any entry is reported, with its line. Answers the entries that are right, for the schema, with their places in the list.
 */
export function readMirrors(
  { given, places }: MirrorsInFile,
  secrets: StoreSecrets,
  report: Report,
): { readonly index: number; readonly value: unknown }[] {
  const items = given?.value ?? [];
  const source = given?.source ?? mirrorsKey;
  if (!Array.isArray(items)) {
    report({ source, message: `${mirrorsKey} must be a list of stores, each with name and type` });
    return [];
  }
  const known = new Set<string>();
  const right = items.flatMap((item: unknown, index) => {
    const place = (key?: string) => places.get([mirrorsKey, index, ...(key === undefined ? [] : [key])].join('.')) ?? source;
    const entry = toEntry(item, index, (key, message) => report({ source: place(key), message }));
    if (entry === undefined) return [];
    let isRight = true;
    const refuse = (key: string | undefined, message: string) => {
      isRight = false;
      report({ source: place(key), message: `${entry.label}${message}` });
    };
    checkKeys(entry, refuse);
    for (const variable of fillSecrets(entry, secrets, refuse)) known.add(variable);
    const value = checkValues(entry, refuse);
    if (entry.type === 'proxy') refuse('type', notYet);
    return isRight ? [{ index, value }] : [];
  });
  for (const variable of Object.keys(secrets.env).filter((name) => isVariableOfStore(name) && secrets.env[name] !== '')) {
    if (!known.has(variable)) report({ source: variable, message: 'unknown variable: no store in mirrorRepositories has this secret' });
  }
  return right;
}

const notYet =
  '.type: proxy is not supported yet. Take the entry out; until then copy what you need (crane copy, skopeo copy), or run a pull-through cache beside this registry';

function toEntry(item: unknown, index: number, refuse: (key: string | undefined, message: string) => void): Entry | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    refuse(undefined, `${mirrorsKey}[${index}] must hold keys: name, type and those of the type`);
    return undefined;
  }
  const written = Object.entries(item);
  const named = written.find(([key]) => key === 'name')?.[1];
  const label = `${mirrorsKey}[${typeof named === 'string' ? named : index}]`;
  const type = written.find(([key]) => key === 'type')?.[1];
  const types = Object.keys(mirrorVariants);
  const isType = (text: unknown): text is Entry['type'] => types.includes(text as string);
  if (!isType(type)) {
    const hint = type === undefined ? '; it is missing' : `${describeGiven(type)}${didYouMean(String(type), types)}`;
    refuse(type === undefined ? undefined : 'type', `${label}.type must be one of ${types.join(', ')}${hint}`);
    return undefined;
  }
  const values: Entry['values'] = new Map();
  for (const [key, value] of written) {
    const name = mirrorAliases[key] ?? key;
    const other = values.get(name);
    if (other === undefined) values.set(name, { value, writtenAs: key });
    else refuse(key, `${label}.${key} and ${other.writtenAs} are the same setting; give one`);
  }
  return { index, label, type, node: nodes[type] ?? {}, values };
}

/** Reports keys that no entry of this type has, here and one level below, and takes them away. */
function checkKeys({ node, values, type }: Entry, refuse: (key: string, message: string) => void): void {
  const names = Object.keys(node.properties ?? {});
  for (const [key, { value, writtenAs }] of [...values]) {
    const child = node.properties?.[key] ?? (key.endsWith('File') ? fileForm(node, key) : undefined);
    if (child === undefined) {
      values.delete(key);
      refuse(writtenAs, `.${writtenAs} is unknown for type ${type}${didYouMean(writtenAs, [...names, ...Object.keys(mirrorAliases)])}`);
      continue;
    }
    if (child.properties === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    const inner = Object.keys(child.properties);
    const kept = Object.entries(value).filter(([name]) => {
      if (inner.includes(name)) return true;
      const match = nearest(name, inner);
      refuse(`${writtenAs}.${name}`, `.${writtenAs}.${name} is unknown${match === undefined ? '' : `; did you mean ${match}?`}`);
      return false;
    });
    values.set(key, { value: Object.fromEntries(kept), writtenAs });
  }
}

function fileForm(node: SettingNode, key: string): SettingNode | undefined {
  const child = node.properties?.[key.slice(0, -'File'.length)];
  return isCredential(child) ? child : undefined;
}

function checkValues({ type, node, values }: Entry, refuse: (key: string | undefined, message: string) => void): unknown {
  const plain = Object.fromEntries([...values].map(([key, { value }]) => [key, value]));
  const parsed = v.safeParse(mirrorVariants[type], plain);
  for (const issue of parsed.issues ?? []) {
    const path = issue.path?.map(({ key }) => key) ?? [];
    const [key = '', inner] = path.filter((part): part is string => typeof part === 'string');
    const entry = values.get(key);
    const written = [entry?.writtenAs ?? key, ...(inner === undefined ? [] : [inner])].join('.');
    const target = inner === undefined ? node.properties?.[key] : node.properties?.[key]?.properties?.[inner];
    const last = path.at(-1);
    const list = entry?.value;
    const given = typeof last === 'number' && Array.isArray(list) ? list[last] : issue.input;
    if (given === undefined) refuse(entry === undefined ? undefined : entry.writtenAs, `.${written} is missing: type ${type} needs it`);
    else refuse(written, `.${written} must be ${acceptedBy(target ?? {}).en}${describeGiven(given, target?.secret)}`);
  }
  const { accessKeyId, secretAccessKey } = plain;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    refuse(undefined, ': accessKey and secretKey go together; give both or none');
  }
  return plain;
}
