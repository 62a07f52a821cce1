import { isJsonObject, type JsonObject, jsonDepth, member } from '../json-shape.ts';

/** Configs are a few kilobytes; whatever is larger is not shown. */
export const mostConfigBytes = 1024 * 1024;

/** The deepest nesting of objects and arrays in a config that is read. */
export const mostConfigDepth = 32;

/** Of lists and maps in a config, more is not shown. */
const mostShown = 1000;

/** How an image says that it is looked at (HEALTHCHECK of a Dockerfile); what it leaves to whoever runs it is absent. */
export interface HealthCheck {
  /** `['CMD', program, ...]` or `['CMD-SHELL', line]`. */
  readonly test: string[];
  readonly intervalSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly retries?: number;
}

/** What an image says of how it runs (image specification, "Image Configuration"). Written by whoever pushed it: nothing in it is checked. */
export interface ImageConfig {
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  readonly created?: string;
  readonly author?: string;
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly stopSignal?: string;
  readonly entrypoint: string[];
  readonly command: string[];
  readonly environment: string[];
  readonly exposedPorts: string[];
  readonly volumes: string[];
  readonly labels: Record<string, string>;
  readonly healthCheck?: HealthCheck;
}

/** One entry of a config's history. */
export interface HistoryEntry {
  readonly createdBy: string;
  readonly created?: string;
  readonly comment?: string;
  readonly isEmptyLayer: boolean;
}

/** A config that was read. */
export interface ReadConfig {
  readonly config: ImageConfig;
  readonly history: readonly HistoryEntry[];
}

/** Reads a config; undefined when it is none. */
export function readConfig(bytes: Uint8Array): ReadConfig | undefined {
  if (jsonDepth(bytes, mostConfigDepth) > mostConfigDepth) return undefined;
  const body = parsed(bytes);
  if (!isJsonObject(body)) return undefined;
  const inner = member(body, 'config');
  const run: JsonObject = isJsonObject(inner) ? inner : {};
  const healthCheck = healthCheckOf(member(run, 'Healthcheck'));
  const config: ImageConfig = {
    ...texts(body, { os: 'os', architecture: 'architecture', variant: 'variant', created: 'created', author: 'author' }),
    ...texts(run, { user: 'User', workingDirectory: 'WorkingDir', stopSignal: 'StopSignal' }),
    entrypoint: list(run, 'Entrypoint'),
    command: list(run, 'Cmd'),
    environment: list(run, 'Env'),
    exposedPorts: keys(run, 'ExposedPorts'),
    volumes: keys(run, 'Volumes'),
    labels: map(run, 'Labels'),
    ...(healthCheck !== undefined && { healthCheck }),
  };
  return { config, history: historyOf(body) };
}

/** Docker's own member, in nanoseconds; 0 is the same as absent. A test of `NONE` turns off what a parent image had. */
function healthCheckOf(value: unknown): HealthCheck | undefined {
  if (!isJsonObject(value)) return undefined;
  const test = list(value, 'Test');
  if (test.length < 2 || (test[0] !== 'CMD' && test[0] !== 'CMD-SHELL')) return undefined;
  const whole = (name: string, unit: number) => {
    const number = member(value, name);
    return typeof number === 'number' && number > 0 ? Math.ceil(number / unit) : undefined;
  };
  const [intervalSeconds, timeoutSeconds, retries] = [whole('Interval', 1e9), whole('Timeout', 1e9), whole('Retries', 1)];
  return {
    test,
    ...(intervalSeconds !== undefined && { intervalSeconds }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(retries !== undefined && { retries }),
  };
}

function historyOf(body: JsonObject): readonly HistoryEntry[] {
  const entries = member(body, 'history');
  if (!Array.isArray(entries)) return [];
  return entries.slice(0, mostShown).map((entry: unknown) => {
    const object: JsonObject = isJsonObject(entry) ? entry : {};
    const { createdBy = '', ...rest } = texts(object, { createdBy: 'created_by', created: 'created', comment: 'comment' });
    return { createdBy, ...rest, isEmptyLayer: member(object, 'empty_layer') === true };
  });
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Members that are texts and not empty, under our names. */
function texts<K extends string>(object: JsonObject, names: Readonly<Record<K, string>>): Partial<Record<K, string>> {
  const found = Object.entries<string>(names).flatMap(([ours, theirs]) => {
    const value = member(object, theirs);
    return typeof value === 'string' && value !== '' ? [[ours, value]] : [];
  });
  return Object.fromEntries(found) as Partial<Record<K, string>>;
}

function list(object: JsonObject, name: string): string[] {
  const value = member(object, name);
  // Old clients wrote one text where a list belongs.
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string').slice(0, mostShown) : [];
}

function keys(object: JsonObject, name: string): string[] {
  const value = member(object, name);
  return isJsonObject(value) ? Object.keys(value).slice(0, mostShown) : [];
}

function map(object: JsonObject, name: string): Record<string, string> {
  const value = member(object, name);
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .slice(0, mostShown),
  );
}
