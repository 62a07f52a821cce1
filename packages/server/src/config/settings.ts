import { settingsSchema } from './schema.ts';
import { describeSchema, type SettingNode } from './setting-node.ts';
import type { SettingText } from './setting-text.ts';

/** One key of the configuration with its names in every source, derived from the schema. */
export interface Setting {
  /** As in the file: `gc.graceHours`. */
  readonly key: string;
  /** `LONGSHORE_GC_GRACE_HOURS` */
  readonly variable: string;
  /** `--gc-grace-hours`; undefined for a secret, which other users of the machine could see in the process list. */
  readonly flag: string | undefined;
  readonly description: SettingText;
  readonly accepts: SettingText;
  /** What applies when it is not given; undefined when it must be given. */
  readonly otherwise: SettingText | undefined;
  /** The plain default, where there is one. */
  readonly default: unknown;
  /** JSON types that it takes. */
  readonly types: ReadonlySet<string>;
  readonly secret: boolean;
  readonly hidden: boolean;
  /** Set where the key only exists with a certain `kind` of its section: `store.bucket` with `s3`. */
  readonly kind: string | undefined;
  /** What each entry of it holds, where it is a list of such. */
  readonly entry: SettingNode | undefined;
  /** Set for `metadata.urlFile`: the setting (`metadata.url`) that the named file holds. */
  readonly fileOf: string | undefined;
}

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('.', '-');
const isSet = <T>(value: T | undefined): value is T => value !== undefined;

function range(node: SettingNode): SettingText {
  const [en, zh] = node.type === 'integer' ? ['a whole number', '整数'] : ['a number', '数字'];
  const most = node.maximum === undefined || node.maximum >= Number.MAX_SAFE_INTEGER ? undefined : node.maximum;
  if (most === undefined) return { en: `${en} from ${node.minimum}`, zh: `${zh}，不小于 ${node.minimum}` };
  return { en: `${en} from ${node.minimum} to ${most}`, zh: `${zh}，${node.minimum} 到 ${most}` };
}

const entriesAccepted: SettingText = { en: 'a list; as JSON in variables and flags', zh: '列表；在变量和参数中用 JSON 表示' };

/** What a node takes, said from its type alone. */
export function acceptedBy(node: SettingNode): SettingText {
  if (node.accepts !== undefined) return node.accepts;
  if (node.const !== undefined) return { en: node.const, zh: node.const };
  if (node.enum !== undefined) return { en: `one of ${node.enum.join(', ')}`, zh: `${node.enum.join('、')} 之一` };
  if (node.items?.properties !== undefined) return entriesAccepted;
  if (node.type === 'boolean') return { en: 'true or false', zh: 'true 或 false' };
  if (node.type === 'integer' || node.type === 'number') return range(node);
  if (node.anyOf === undefined) return { en: 'a text', zh: '文本' };
  const parts = node.anyOf.map(acceptedBy);
  return { en: parts.map((part) => part.en).join(', or '), zh: parts.map((part) => part.zh).join('，或 ') };
}

/** What applies when a node is not given; undefined when it must be. */
export function otherwiseOf(node: SettingNode): SettingText | undefined {
  if (node.otherwise !== undefined) return node.otherwise;
  if (node.default === undefined) return undefined;
  if (node.default === '' || (Array.isArray(node.default) && node.default.length === 0)) return { en: 'empty', zh: '空' };
  return { en: String(node.default), zh: String(node.default) };
}

function toSetting(key: string, node: SettingNode, kind: string | undefined): Setting {
  const secret = node.secret === true;
  return {
    key,
    variable: `LONGSHORE_${kebab(key).replaceAll('-', '_').toUpperCase()}`,
    flag: secret ? undefined : `--${kebab(key)}`,
    description: { en: node.description ?? '', zh: node.zh ?? '' },
    accepts: acceptedBy(node),
    otherwise: otherwiseOf(node),
    default: node.default,
    types: new Set([node.type, ...(node.anyOf ?? []).map((part) => part.type)].filter(isSet)),
    secret,
    hidden: node.hidden === true,
    kind,
    entry: node.items?.properties === undefined ? undefined : node.items,
    fileOf: undefined,
  };
}

/** Every secret, and what comes with one, can be given as a file instead. */
function toFileSetting(secret: Setting): Setting {
  return {
    ...secret,
    otherwise: { en: 'none', zh: '无' },
    key: `${secret.key}File`,
    variable: `${secret.variable}_FILE`,
    flag: `--${kebab(secret.key)}-file`,
    description: { en: `File that holds \`${secret.key}\`.`, zh: `存放 \`${secret.key}\` 的文件。` },
    accepts: { en: 'the path of a file', zh: '文件路径' },
    secret: false,
    fileOf: secret.key,
  };
}

/** A section in variants: `kind` chooses one, and every other key belongs to one. */
function variantSettings(key: string, node: SettingNode, variants: readonly SettingNode[]): Setting[] {
  const kinds = variants.map((variant) => variant.properties?.kind?.const).filter(isSet);
  const first = variants.map((variant) => variant.properties?.kind?.default).find(isSet);
  const choice = toSetting(`${key}.kind`, { ...node, type: 'string', enum: kinds, default: first }, undefined);
  const rest = variants.flatMap((variant) =>
    Object.entries(variant.properties ?? {})
      .filter(([name]) => name !== 'kind')
      .flatMap(([name, child]) => settingsBelow(`${key}.${name}`, child, variant.properties?.kind?.const)),
  );
  return [choice, ...rest];
}

function settingsBelow(key: string, node: SettingNode, kind: string | undefined): Setting[] {
  if (node.oneOf !== undefined) return variantSettings(key, node, node.oneOf);
  if (node.properties !== undefined) {
    return Object.entries(node.properties).flatMap(([name, child]) => settingsBelow(`${key}.${name}`, child, kind));
  }
  const setting = toSetting(key, node, kind);
  return setting.secret || node.fromFile === true ? [setting, toFileSetting(setting)] : [setting];
}

/** The description of a whole configuration. */
export const root = describeSchema(settingsSchema);

const top = Object.entries(root.properties ?? {});
const isList = (node: SettingNode) => node.items?.oneOf !== undefined;

/** Lists of sections, by key: only a file can hold them. */
export const lists: ReadonlyMap<string, SettingNode> = new Map(top.filter(([, node]) => isList(node)));

/** Every setting, in the order of the schema. */
export const settings: readonly Setting[] = top
  .filter(([, node]) => !isList(node))
  .flatMap(([name, node]) => settingsBelow(name, node, undefined));

const byKey = new Map(settings.map((setting) => [setting.key, setting]));

/** The setting of that key. */
export function findSetting(key: string): Setting | undefined {
  return byKey.get(key);
}

/** What is said of settings, and of what their lists hold, in Chinese by its English. */
export function settingsInChinese(): Readonly<Record<string, string>> {
  const texts = settings.flatMap(({ description, accepts, otherwise, entry }) => [
    description,
    accepts,
    ...(otherwise === undefined ? [] : [otherwise]),
    ...acceptedBelow(entry),
  ]);
  const listed = [...lists.values()].flatMap(acceptedBelow);
  return Object.fromEntries([...texts, ...listed].map(({ en, zh }) => [en, zh]));
}

/** What the keys of an entry take, and those below them. */
function acceptedBelow(node: SettingNode | undefined): SettingText[] {
  const inside = [...Object.values(node?.properties ?? {}), ...(node?.oneOf ?? []), ...(node?.items === undefined ? [] : [node.items])];
  return inside.flatMap((one) => [acceptedBy(one), ...acceptedBelow(one)]);
}

/** Whether `key` is the name of a section: `gc`. */
export function isSection(key: string): boolean {
  return settings.some((setting) => setting.key.startsWith(`${key}.`));
}
