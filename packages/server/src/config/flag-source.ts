import { didYouMean, type SourceContent } from './config-problem.ts';
import { type Setting, settings } from './settings.ts';
import { textToValue } from './text-value.ts';
import { configFileVariable } from './variable-source.ts';

const byFlag = new Map(settings.flatMap((setting) => (setting.flag === undefined ? [] : [[setting.flag, setting] as const])));
const documented = settings.flatMap((setting) => (setting.hidden || setting.flag === undefined ? [] : [setting.flag]));
const secretFlags = new Map(
  settings
    .filter((setting) => setting.secret)
    .map((setting) => [`--${setting.variable.slice('LONGSHORE_'.length).toLowerCase().replaceAll('_', '-')}`, setting]),
);

/** Names the configuration file. */
const configFileFlag = '--config';

/** One argument taken apart: which flag, its text (undefined: none follows), and how many arguments that were. */
interface Taken {
  readonly flag: string;
  readonly text: string | undefined;
  readonly length: 1 | 2;
}

function take(argv: readonly string[], index: number, setting: Setting | undefined): Taken {
  const argument = argv[index] ?? '';
  const equals = argument.indexOf('=');
  if (equals > 0) return { flag: argument.slice(0, equals), text: argument.slice(equals + 1), length: 1 };
  const next = argv[index + 1];
  // A switch needs no value: `--deletion-enabled` is `--deletion-enabled true`.
  if (setting?.types.has('boolean') === true && next !== 'true' && next !== 'false') return { flag: argument, text: 'true', length: 1 };
  if (next === undefined || next.startsWith('--')) return { flag: argument, text: undefined, length: 1 };
  return { flag: argument, text: next, length: 2 };
}

const nameOf = (argument: string) => argument.split('=', 1)[0] ?? argument;

function unknownArgument(argument: string): string {
  const name = nameOf(argument);
  if (!name.startsWith('-')) return 'unexpected argument; settings are given as --name value';
  const secret = secretFlags.get(name);
  if (secret === undefined) return `unknown flag${didYouMean(name, [...documented, configFileFlag])}`;
  return `secrets are not taken from the command line, where others can read them; use ${secret.variable} or ${name}-file`;
}

/** What the command line holds; a flag given twice counts the last time. */
export interface FlagContent extends SourceContent {
  readonly configFile: string | undefined;
}

/** Reads `--name value` and `--name=value`; everything else is a problem. */
export function readFlags(argv: readonly string[]): FlagContent {
  const content: SourceContent = { values: new Map(), problems: [] };
  let configFile: string | undefined;
  for (let index = 0; index < argv.length; ) {
    const argument = argv[index] ?? '';
    const setting = byFlag.get(nameOf(argument));
    const isKnown = setting !== undefined || nameOf(argument) === configFileFlag;
    if (!isKnown) {
      content.problems.push({ source: nameOf(argument), message: unknownArgument(argument) });
      // The value of a flag that is not known would only be reported a second time.
      index += argument.startsWith('--') && !argument.includes('=') && argv[index + 1]?.startsWith('-') === false ? 2 : 1;
      continue;
    }
    const { flag, text, length } = take(argv, index, setting);
    index += length;
    if (text === undefined)
      content.problems.push({ source: flag, message: `needs a value: ${setting?.accepts.en ?? 'the path of a YAML file'}` });
    else if (setting === undefined) configFile = text;
    else content.values.set(setting.key, { value: textToValue(setting, text), source: flag });
  }
  return { ...content, configFile };
}

/** Divides a subcommand's arguments into the flags of the configuration (with their values) and its own. */
export function splitConfigFlags(argv: readonly string[]): { configFlags: string[]; rest: string[] } {
  const configFlags: string[] = [];
  const rest: string[] = [];
  for (let index = 0; index < argv.length; ) {
    const argument = argv[index] ?? '';
    const setting = byFlag.get(nameOf(argument));
    const isConfig = setting !== undefined || nameOf(argument) === configFileFlag;
    const length = isConfig ? take(argv, index, setting).length : 1;
    (isConfig ? configFlags : rest).push(...argv.slice(index, index + length));
    index += length;
  }
  return { configFlags, rest };
}

/** The flags for a `--help` text: one line each, with what they accept and the default; `say`: in the language of whoever reads it. */
export function describeFlags(say: (english: string) => string = (english) => english): string {
  const shown = settings.filter((setting) => !setting.hidden && setting.flag !== undefined);
  const width = Math.max(...shown.map((setting) => setting.flag?.length ?? 0)) + 2;
  const lines = shown.map(({ flag = '', description, accepts, otherwise }) => {
    const fallback = otherwise === undefined ? '' : say(` (default: ${say(otherwise.en)})`);
    return `  ${flag.padEnd(width)}${say(description.en)}\n${' '.repeat(width + 2)}${say(accepts.en)}${fallback}`;
  });
  return [`  ${configFileFlag.padEnd(width)}${say(`YAML file with settings (also ${configFileVariable})`)}`, ...lines, ''].join('\n');
}
