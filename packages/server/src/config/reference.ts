import { mirrorAliases } from './mirror-settings.ts';
import type { SettingNode } from './setting-node.ts';
import type { SettingText } from './setting-text.ts';
import { acceptedBy, lists, otherwiseOf, root, type Setting, settings } from './settings.ts';

/** The languages of the documentation. */
export type Language = keyof SettingText;

/** The fixed texts around the table of settings. */
interface ReferenceTexts {
  readonly title: string;
  readonly generated: string;
  readonly introduction: readonly string[];
  readonly general: string;
  readonly variable: string;
  readonly flag: string;
  readonly accepts: string;
  readonly fallback: string;
  readonly required: string;
  readonly onlyWith: (kind: string) => string;
  readonly notOnCommandLine: string;
  readonly onlyInFile: string;
  readonly alsoCalled: (name: string) => string;
  readonly mustBeGiven: string;
  readonly eachEntry: string;
  /** What stands between a name and what is said of it, between sentences, and between parts of one. */
  readonly colon: string;
  readonly gap: string;
  readonly semicolon: string;
}

const texts: Readonly<Record<Language, ReferenceTexts>> = {
  en: {
    title: 'Configuration',
    generated: 'Generated from packages/server/src/config/schema.ts by npm run docs. Do not edit.',
    introduction: [
      'Every setting can be given in a YAML file (`--config FILE` or `LONGSHORE_CONFIG`), as a variable, and as a flag. Flags win over variables, variables over the file, and the file over the defaults. Nothing has to be set.',
      'Unknown keys, variables or flags and wrong values keep the server from starting; all of them are listed at once. `longshore config check` only checks, `longshore config print` shows what applies and where each value comes from.',
      'A secret (a password or key) is given in the file, as a variable, or as the path of a file that holds it; it is never a flag and never printed.',
      'Editors that know YAML schemas can use [configuration.schema.json](configuration.schema.json).',
    ],
    general: 'General',
    variable: 'Variable',
    flag: 'Flag',
    accepts: 'Accepts',
    fallback: 'Default',
    required: 'none: it must be given',
    onlyWith: (kind) => `Only with \`kind: ${kind}\`.`,
    notOnCommandLine: 'none',
    onlyInFile:
      'A list in the YAML file. A secret can stand there, in a file (`secretKeyFile`), or in `LONGSHORE_STORES_<NAME>_SECRET_KEY` (or `..._SECRET_KEY_FILE`): the name in capitals, `_` for `.` and `-`.',
    alsoCalled: (name) => `, also called \`${name}\``,
    mustBeGiven: 'must be given',
    eachEntry: 'Each entry has:',
    colon: ': ',
    gap: ' ',
    semicolon: '; ',
  },
  zh: {
    title: '配置参考',
    generated: '由 npm run docs 根据 packages/server/src/config/schema.ts 生成，请勿手工修改。',
    introduction: [
      '每个设置都可以写在 YAML 文件中（`--config 文件` 或 `LONGSHORE_CONFIG`），也可以用环境变量或命令行参数给出。优先级：参数 > 环境变量 > 文件 > 默认值。所有设置都可省略。',
      '出现未知的键、变量、参数或错误的值时，服务器拒绝启动，并一次列出全部问题。`longshore config check` 只做检查，`longshore config print` 显示生效的值及其来源。',
      '敏感值（密码或密钥）可写在文件中、用环境变量给出，或指定存放它的文件路径；不能作为命令行参数，也不会被输出。',
      '支持 YAML schema 的编辑器可使用 [configuration.schema.json](configuration.schema.json)。',
    ],
    general: '常规',
    variable: '环境变量',
    flag: '命令行参数',
    accepts: '可接受的值',
    fallback: '默认值',
    required: '无，必须给出',
    onlyWith: (kind) => `仅用于 \`kind: ${kind}\`。`,
    notOnCommandLine: '无',
    onlyInFile:
      '写在 YAML 文件中的列表。密钥可写在此处、写在文件中（`secretKeyFile`），或用 `LONGSHORE_STORES_<名称>_SECRET_KEY`（或 `..._SECRET_KEY_FILE`）给出：名称大写，`.` 与 `-` 换成 `_`。',
    alsoCalled: (name) => `，也可写作 \`${name}\``,
    mustBeGiven: '必须给出',
    eachEntry: '每个条目包含：',
    colon: '：',
    gap: '',
    semicolon: '；',
  },
};

function describeSetting(setting: Setting, language: Language): string[] {
  const text = texts[language];
  const { key, kind, description, variable, flag, accepts, otherwise, default: value, entry } = setting;
  const fallback =
    otherwise === undefined
      ? text.required
      : value === undefined || otherwise.en === 'empty'
        ? otherwise[language]
        : `\`${otherwise[language]}\``;
  const condition = kind === undefined ? '' : `${text.gap}${text.onlyWith(kind)}`;
  return [
    `### \`${key}\``,
    '',
    `${description[language]}${condition}`,
    '',
    `- ${text.accepts}${text.colon}${accepts[language]}`,
    `- ${text.fallback}${text.colon}${fallback}`,
    `- ${text.variable}${text.colon}\`${variable}\``,
    `- ${text.flag}${text.colon}${flag === undefined ? text.notOnCommandLine : `\`${flag}\``}`,
    ...(entry === undefined ? [] : ['', text.eachEntry, '', ...describeEntry('', entry, language)]),
    '',
  ];
}

/** A list of sections: what each sort of entry has, in a line each. */
function describeList(key: string, node: SettingNode, language: Language): string[] {
  const text = texts[language];
  const said = { en: node.description ?? '', zh: node.zh ?? '' };
  const variants = (node.items?.oneOf ?? []).flatMap((variant) => [
    `### \`type: ${variant.properties?.type?.const}\``,
    '',
    ...describeEntry('', variant, language),
    '',
  ]);
  return [`## \`${key}\``, '', `${said[language]}${text.gap}${text.onlyInFile}`, '', ...variants];
}

function describeEntry(prefix: string, { properties = {} }: SettingNode, language: Language): string[] {
  const text = texts[language];
  return Object.entries(properties).flatMap(([name, node]) => {
    if (node.const !== undefined) return [];
    if (node.properties !== undefined) return describeEntry(`${prefix}${name}.`, node, language);
    const alias = Object.entries(mirrorAliases).find(([, ours]) => ours === name)?.[0];
    const fallback = otherwiseOf(node);
    const said = { en: node.description ?? '', zh: node.zh ?? '' };
    const otherwise = fallback === undefined ? text.mustBeGiven : `${text.fallback}${text.colon}${fallback[language]}`;
    const called = alias === undefined ? '' : text.alsoCalled(alias);
    const takes = `${text.accepts}${text.colon}${acceptedBy(node)[language]}${text.semicolon}${otherwise}`;
    return [`- \`${prefix}${name}\`${called}${text.colon}${said[language]}${text.gap}${takes}`];
  });
}

/** The configuration reference as Markdown. */
export function renderReference(language: Language): string {
  const text = texts[language];
  const lines = [`<!-- ${text.generated} -->`, '', `# ${text.title}`, '', ...text.introduction.flatMap((paragraph) => [paragraph, ''])];
  let open: string | undefined;
  for (const setting of settings.filter(({ hidden }) => !hidden)) {
    const [section = '', name] = setting.key.split('.');
    const heading = name === undefined ? text.general : `\`${section}\``;
    if (heading !== open) lines.push(`## ${heading}`, '');
    open = heading;
    lines.push(...describeSetting(setting, language));
  }
  for (const [key, node] of lists) lines.push(...describeList(key, node, language));
  return lines.join('\n');
}

/** Adds the `...File` forms of secrets and leaves out what only concerns this program. */
function publish({
  zh: _zh,
  accepts: _accepts,
  otherwise: _otherwise,
  secret: _secret,
  hidden: _hidden,
  ...node
}: SettingNode): SettingNode {
  const { properties, required = [], oneOf, items, ...kept } = node;
  if (oneOf !== undefined) return { ...kept, oneOf: oneOf.map(publish) };
  if (items?.oneOf !== undefined) return { ...kept, items: { oneOf: items.oneOf.map((variant) => withAliases(publish(variant))) } };
  if (items?.properties !== undefined) return { ...kept, items: publish(items) };
  if (properties === undefined) return node;
  const shown = Object.entries(properties).filter(([, child]) => child.hidden !== true);
  const published = shown.flatMap(([name, child]): [string, SettingNode][] => {
    const form: [string, SettingNode] = [name, publish(child)];
    return child.secret === true ? [form, [`${name}File`, { type: 'string', description: `File that holds ${name}.` }]] : [form];
  });
  const needed = required.filter((name) => properties[name]?.secret !== true);
  return { ...kept, properties: Object.fromEntries(published), ...(needed.length === 0 ? {} : { required: needed }) };
}

/** With the names of other products beside ours. */
function withAliases(node: SettingNode): SettingNode {
  const { properties = {} } = node;
  const added = Object.entries(mirrorAliases).flatMap(([alias, name]) => {
    const child = properties[name];
    return child === undefined ? [] : [[alias, child] as const];
  });
  return { ...node, properties: { ...properties, ...Object.fromEntries(added) } };
}

/** JSON Schema (2020-12) of a configuration file, for editors. */
export function renderJsonSchema(): string {
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Longshore configuration', ...publish(root) };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
