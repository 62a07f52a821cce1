import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { type ConfigProblem, describeGiven, type GivenValue, type SourceContent } from './config-problem.ts';
import { entryProblem } from './entry-problem.ts';
import { readFlags } from './flag-source.ts';
import { mirrorsKey, readMirrors } from './mirror-source.ts';
import { type Config, configSchema } from './schema.ts';
import { findSetting, type Setting, settings } from './settings.ts';
import { storeConflicts } from './store-conflicts.ts';
import { unknownProviders } from './unknown-providers.ts';
import { configFileVariable, readVariables } from './variable-source.ts';
import { readYaml } from './yaml-source.ts';

/** A configuration that may be used, with where each value came from. */
export interface LoadedConfig {
  readonly config: Config;
  /** By key; the values as given (before parsing), defaults included. Holds secrets: print with `printConfig`. */
  readonly effective: ReadonlyMap<string, GivenValue>;
  /** Keys of settings that were to be different by now: what was given anew applies after a restart. */
  readonly waiting?: ReadonlySet<string>;
}

/** What `loadConfig` answers: either a configuration or every problem. */
export type LoadResult = LoadedConfig | { readonly problems: readonly ConfigProblem[] };

/** Reads a small text file; throws when it cannot. */
export type ReadFile = (path: string) => string;

type Env = Readonly<Record<string, string | undefined>>;

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function readConfigFile(path: string, source: string, readFile: ReadFile): SourceContent {
  try {
    return readYaml(path, readFile(path));
  } catch (error) {
    return { values: new Map(), problems: [{ source, message: `cannot read the configuration file: ${reasonOf(error)}` }] };
  }
}

/** Later sources win, and a secret and the file that holds it displace each other. */
function merge(sources: readonly SourceContent[], problems: ConfigProblem[]): Map<string, GivenValue> {
  const merged = new Map<string, GivenValue>();
  for (const { values } of sources) {
    for (const [key, given] of values) {
      const secret = findSetting(key)?.fileOf;
      if (secret !== undefined && values.has(secret)) {
        problems.push({ source: given.source, message: `${key} and ${secret} are both given; give one` });
      }
      merged.delete(secret ?? `${key}File`);
      merged.set(key, given);
    }
  }
  return merged;
}

/** Replaces `...File` by what the file holds, without its last line break. */
function readSecretFiles(merged: Map<string, GivenValue>, readFile: ReadFile, problems: ConfigProblem[]): void {
  for (const { key, fileOf } of settings) {
    const given = merged.get(key);
    if (fileOf === undefined || given === undefined) continue;
    merged.delete(key);
    try {
      const text = readFile(String(given.value)).replace(/\r?\n$/, '');
      if (text === '') problems.push({ source: given.source, message: `${key}: ${given.value} is empty` });
      merged.set(fileOf, { value: text, source: given.source });
    } catch (error) {
      problems.push({ source: given.source, message: `cannot read the file of ${fileOf}: ${reasonOf(error)}` });
    }
  }
}

function toTree(merged: ReadonlyMap<string, GivenValue>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [key, { value }] of merged) {
    const names = key.split('.');
    const last = names.pop() ?? '';
    let section = tree;
    for (const name of names) {
      section[name] ??= {};
      section = section[name] as Record<string, unknown>;
    }
    section[last] = value;
  }
  return tree;
}

function ways({ variable, flag, key }: Setting): string {
  return [key, variable, flag ?? `${variable}_FILE`].join(', ');
}

const sectionOf = (key: string) => key.split('.', 1)[0] ?? key;

/** The keys of a section that only another kind of it has; the library names one of them. */
function strays(section: string, merged: ReadonlyMap<string, GivenValue>): ConfigProblem[] {
  const chosen = merged.get(`${section}.kind`)?.value ?? findSetting(`${section}.kind`)?.default;
  return settings.flatMap(({ key, kind }) => {
    const given = merged.get(key);
    if (given === undefined || kind === undefined || kind === chosen || sectionOf(key) !== section) return [];
    return [{ source: given.source, message: `${key} is only used with ${section}.kind: ${kind}` }];
  });
}

/** Turns one refusal of the schema into problems of the sources that it came from. */
function toProblems(issue: v.BaseIssue<unknown>, merged: Map<string, GivenValue>, places: ReadonlyMap<string, string>): ConfigProblem[] {
  const inEntry = entryProblem(issue, { values: merged, places });
  if (inEntry !== undefined) return [inEntry];
  const path = issue.path?.map(({ key }) => key) ?? [];
  const key = path.filter((part) => typeof part === 'string').join('.');
  const section = sectionOf(key);
  if (issue.expected === 'never') return strays(section, merged);
  const setting = findSetting(key);
  const given = merged.get(key);
  if (setting === undefined) return [{ source: key, message: issue.message }];
  const source = given?.source ?? merged.get(`${section}.kind`)?.source ?? section;
  // Right by itself, but not together with another.
  if (issue.type === 'partial_check') return [{ source, message: issue.message }];
  if (given === undefined) return [{ source, message: `${section}.kind: ${setting.kind} needs ${key}; give one of ${ways(setting)}` }];
  const index = path.at(-1);
  const value = typeof index === 'number' && Array.isArray(given.value) ? given.value[index] : given.value;
  return [{ source, message: `${key} must be ${setting.accepts.en}${describeGiven(value, setting.secret)}` }];
}

function withDefaults(merged: ReadonlyMap<string, GivenValue>, config: Config): Map<string, GivenValue> {
  const effective = new Map<string, GivenValue>();
  for (const { key, default: value, kind } of settings) {
    const given = merged.get(key);
    const section = sectionOf(key);
    const applies = kind === undefined || merged.get(`${section}.kind`)?.value === kind;
    if (given !== undefined) effective.set(key, given);
    else if (value !== undefined && applies) effective.set(key, { value, source: 'default' });
  }
  const mirrors = merged.get(mirrorsKey);
  if (mirrors !== undefined) effective.set(mirrorsKey, { value: config.mirrorRepositories, source: mirrors.source });
  if (!effective.has('secrets.keyFile')) effective.set('secrets.keyFile', { value: config.secrets.keyFile, source: 'default' });
  return effective;
}

/**
 * Reads the whole configuration: defaults, then the YAML file named by `--config` or LONGSHORE_CONFIG, then LONGSHORE_*
 * variables, then flags. Either everything is right, or every problem is listed.
 */
export function loadConfig(argv: readonly string[], env: Env, readFile: ReadFile): LoadResult {
  const flags = readFlags(argv);
  const configFile = flags.configFile ?? (env[configFileVariable] || undefined);
  const fileSource = flags.configFile === undefined ? configFileVariable : '--config';
  const file = configFile === undefined ? [] : [readConfigFile(configFile, fileSource, readFile)];
  const sources = [...file, readVariables(env), flags];
  const problems = sources.flatMap((source) => source.problems);
  const merged = merge(sources, problems);
  readSecretFiles(merged, readFile, problems);
  const places = new Map(sources.flatMap((source) => [...(source.places ?? [])]));
  const mirrors = readMirrors({ given: merged.get(mirrorsKey), places }, { env, readFile }, (problem) => problems.push(problem));
  const parsed = v.safeParse(configSchema, { ...toTree(merged), [mirrorsKey]: mirrors.map(({ value }) => value) });
  if (!parsed.success) problems.push(...parsed.issues.flatMap((issue) => toProblems(issue, merged, places)));
  for (const { index, message } of parsed.success ? storeConflicts(parsed.output) : []) {
    problems.push({ source: places.get(`${mirrorsKey}.${mirrors[index]?.index}`) ?? mirrorsKey, message });
  }
  for (const { index, message } of parsed.success ? unknownProviders(parsed.output) : []) {
    problems.push({ source: places.get(`kubernetes.clusters.${index}`) ?? 'kubernetes.clusters', message });
  }
  if (!parsed.success || problems.length > 0) return { problems };
  return { config: parsed.output, effective: withDefaults(merged, parsed.output) };
}

/** `loadConfig` for this process: its environment and its files. */
export function loadProcessConfig(argv: readonly string[]): LoadResult {
  return loadConfig(argv, process.env, (path) => readFileSync(path, 'utf8'));
}
