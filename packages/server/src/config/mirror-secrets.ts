import type { SettingNode } from './setting-node.ts';

/** Where secrets of the declared stores come from besides the file that declares them. */
export interface StoreSecrets {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads a small text file; throws when it cannot. */
  readonly readFile: (path: string) => string;
}

const prefix = 'LONGSHORE_STORES_';

/** The short names under which keys may also be given. */
const shortNames: Readonly<Record<string, string>> = { accessKeyId: 'ACCESS_KEY', secretAccessKey: 'SECRET_KEY' };

const upper = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/** Whether a variable is meant for a declared store. */
export function isVariableOfStore(name: string): boolean {
  return name.startsWith(prefix);
}

/** How the name of a store is written in variables; stores whose names differ only in `.`, `_` and `-` share it. */
export function variableNameOf(store: string): string {
  return store.toUpperCase().replaceAll(/[.-]/g, '_');
}

/** Whether a setting of a store may come from a file or a variable: secrets, and what comes with one. */
export function isCredential(node: SettingNode | undefined): boolean {
  return node?.secret === true || node?.fromFile === true;
}

/** The part of an entry that secrets are filled into. */
interface Fillable {
  readonly node: SettingNode;
  readonly values: Map<string, { readonly value: unknown; readonly writtenAs: string }>;
}

/** One way in which a secret was given. */
interface Given {
  readonly isFile: boolean;
  readonly text: string;
  /** As the user knows it. */
  readonly where: string;
}

/**
 * Puts what variables and files say into the entry; variables win over the file that declares the store. Answers the variables that this
 * entry has, given or not.
 */
export function fillSecrets(
  { node, values }: Fillable,
  { env, readFile }: StoreSecrets,
  refuse: (key: string | undefined, message: string) => void,
): string[] {
  const store = values.get('name')?.value;
  const variables: string[] = [];
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    if (!isCredential(child)) continue;
    const names = [upper(key), ...(shortNames[key] === undefined ? [] : [shortNames[key]])];
    const bases = typeof store === 'string' ? names.map((name) => `${prefix}${variableNameOf(store)}_${name}`) : [];
    variables.push(...bases, ...bases.map((base) => `${base}_FILE`));
    const fromVariables = [
      ...bases.map((where) => ({ isFile: false, text: env[where] ?? '', where })),
      ...bases.map((base) => ({ isFile: true, text: env[`${base}_FILE`] ?? '', where: `${base}_FILE` })),
    ].filter(({ text }) => text !== '');
    const file = values.get(`${key}File`);
    values.delete(`${key}File`);
    const inFile = file === undefined ? [] : [{ isFile: true, text: String(file.value), where: `.${file.writtenAs}` }];
    const plain = values.get(key);
    if (inFile.length > 0 && plain !== undefined)
      refuse(file?.writtenAs, `.${file?.writtenAs} and ${plain.writtenAs} are both given; give one`);
    if (fromVariables.length > 1) refuse(undefined, `: ${fromVariables.map(({ where }) => where).join(' and ')} are both given; give one`);
    const given: Given | undefined = fromVariables[0] ?? inFile[0];
    if (given === undefined) continue;
    const value = given.isFile ? readSecret(given, readFile, (message) => refuse(file?.writtenAs, message)) : given.text;
    if (value === undefined) values.delete(key);
    else values.set(key, { value, writtenAs: plain?.writtenAs ?? key });
  }
  return variables;
}

function readSecret(
  { text: path, where }: Given,
  readFile: StoreSecrets['readFile'],
  refuse: (message: string) => void,
): string | undefined {
  try {
    const text = readFile(path).replace(/\r?\n$/, '');
    if (text !== '') return text;
    refuse(`: ${where}: ${path} is empty`);
  } catch (error) {
    refuse(`: cannot read the file of ${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return undefined;
}
