import { allOperations } from '../../packages/cli/src/api/operation.ts';
import type { Command, Say } from '../../packages/cli/src/command.ts';
import { clientCommands } from '../../packages/cli/src/commands/index.ts';
import { exitCodes } from '../../packages/cli/src/exit-codes.ts';
import { flagText, sentence, usageOf } from '../../packages/cli/src/help.ts';
import { sayInChinese } from '../../packages/cli/src/language/say-in-chinese.ts';

const words = {
  en: {
    title: 'The `longshore` command',
    intro:
      'Every command of the client. `longshore NOUN VERB --help` says the same at the terminal. Verbs of the server on its own machine: [operating](../guides/operating.md).',
    general: [
      '* **Which registry** is meant: the host in the name of an image, otherwise `--server`, otherwise `LONGSHORE_SERVER`, otherwise that of the last `longshore login`.',
      "* **Who asks**: what `longshore login` (or `docker login`) keeps for that host, in a credential helper or in docker's `config.json`; `LONGSHORE_TOKEN` goes to the registry of `LONGSHORE_SERVER` alone.",
      '* **Output** is a table for people; `-o json`, `-o yaml` and `-o name` are for programs and do not change between versions without notice. `NO_COLOR` is respected; colours and progress appear on a terminal only, whose width tables are cut to, with short digests and names of people: `-o wide` shows everything.',
      '* **Language**: Chinese where `LONGSHORE_LANG`, otherwise `LC_ALL`, `LC_MESSAGES` or `LANG`, begins with `zh`, and English everywhere else. What programs read is the same in both; so are the bodies that the server answers, whose sentences this command says in Chinese.',
      '* **Questions** are asked only at a terminal. Where nobody can be asked, what destroys something needs `--yes`.',
      '* `gc`, `cleanup` and `token create` exist on both sides: they mean the registry that is named or logged in to, and otherwise, or with `--data` or `--config`, the data on this machine.',
    ],
    codes: 'Exit codes',
    codeHeads: ['code', 'meaning'],
    commands: 'Commands',
    flag: 'flag',
    meaning: 'meaning',
    any: ' Works with any OCI registry.',
    colon: ': ',
    operations: 'Operations of the API and their commands',
    operationsIntro: 'Every operation of the management API can be reached; `npm run check` and a test refuse one that cannot.',
    operationHeads: ['operation', 'command'],
  },
  zh: {
    title: '`longshore` 命令',
    intro:
      '客户端的全部命令。在终端中可用 `longshore 名词 动词 --help` 查看同样的内容。在镜像仓库所在机器上运行的服务器命令见[运维](../guides/operating.zh-CN.md)。',
    general: [
      '* **针对哪个镜像仓库**：镜像名中的主机；否则 `--server`；否则 `LONGSHORE_SERVER`；否则最近一次 `longshore login` 的镜像仓库。',
      '* **以谁的身份**：`longshore login`（或 `docker login`）为该主机保存的凭据，存于凭据助手或 docker 的 `config.json`；`LONGSHORE_TOKEN` 只发送给 `LONGSHORE_SERVER` 所指的镜像仓库。',
      '* **输出**默认是给人看的表格；`-o json`、`-o yaml`、`-o name` 供程序使用，格式不会在未告知的情况下改变。遵守 `NO_COLOR`；颜色与进度只在终端出现；表格会按终端宽度截短，摘要和操作者也只显示简短形式：用 `-o wide` 查看全部。',
      '* **语言**：`LONGSHORE_LANG`（其次 `LC_ALL`、`LC_MESSAGES`、`LANG`）以 `zh` 开头时为中文，否则为英文。供程序读取的输出不受影响；服务器的应答始终为英文，本命令会以中文说明。',
      '* **提问**只在终端进行。无人可问时，会删除内容的命令需要 `--yes`。',
      '* `gc`、`cleanup` 与 `token create` 两边都有：已指定或已登录某个镜像仓库时针对它；否则，或带 `--data`、`--config` 时，针对本机数据。',
    ],
    codes: '退出码',
    codeHeads: ['退出码', '含义'],
    commands: '命令',
    flag: '参数',
    meaning: '含义',
    any: '适用于任何 OCI 镜像仓库。',
    colon: '：',
    operations: 'API 操作与对应命令',
    operationsIntro: '管理 API 的每个操作都有对应的命令；缺少时 `npm run check` 与测试会失败。',
    operationHeads: ['操作', '命令'],
  },
} as const;

/** The commands that reach each operation of the management API. */
export function commandsOfOperations(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    allOperations.map(({ id }) => [id, clientCommands.filter(({ operations }) => operations.includes(id)).map(({ name }) => name)]),
  );
}

/** docs/reference/commands.md in one language: what the help says in it. */
export function renderCommands(language: keyof typeof words): string {
  const text = words[language];
  const say: Say = language === 'zh' ? sayInChinese : (english) => english;
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `| ${code} | ${say(meaning)} |`);
  const operations = [...commandsOfOperations()].map(
    ([id, names]) => `| \`${id}\` | ${names.map((name) => `\`longshore ${name}\``).join(', ')} |`,
  );
  return [
    `# ${text.title}`,
    '<!-- npm run docs -->',
    text.intro,
    text.general.join('\n'),
    `## ${text.codes}`,
    [`| ${text.codeHeads.join(' | ')} |`, '| --- | --- |', ...codes].join('\n'),
    `## ${text.commands}`,
    ...clientCommands.map((command) => commandSection(command, text, say)),
    `## ${text.operations}`,
    text.operationsIntro,
    [`| ${text.operationHeads.join(' | ')} |`, '| --- | --- |', ...operations].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

function commandSection(command: Command, { any, colon }: { any: string; colon: string }, say: Say): string {
  const flags = command.flags.map((flag) => `* \`${flagText(flag)}\`${flag.summary === '' ? '' : colon + say(flag.summary)}`);
  return [
    `### ${command.name}`,
    `${sentence(say(command.summary))}${command.anyRegistry === true ? any : ''}`,
    ['```', usageOf(command, say), ...command.examples.map((example) => `# ${example}`), '```'].join('\n'),
    ...(flags.length === 0 ? [] : [flags.join('\n')]),
  ].join('\n\n');
}
