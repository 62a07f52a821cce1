import type { Command, Flag, Positional, Say } from './command.ts';
import { helpFlag } from './flags.ts';

/** `NAME [TARGET]`. */
function placeText({ name, optional, many }: Positional): string {
  const text = many === true ? `${name}...` : name;
  return optional === true ? `[${text}]` : text;
}

/** `longshore project create NAME [flags]`. */
export function usageOf({ name, takes, flags }: Command, say: Say): string {
  return ['longshore', name, ...takes.map(placeText), ...(flags.length > 0 ? [say('[flags]')] : [])].join(' ');
}

/** `-o, --output FORMAT`. */
export function flagText({ name, short, value, many }: Flag): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}${many === true ? ' ...' : ''}`;
}

/** All that is to be said of one command. */
export function helpOf(command: Command, say: Say): string {
  const flags = [...command.flags, helpFlag];
  const width = Math.min(34, Math.max(...flags.map((flag) => flagText(flag).length)));
  return [
    sentence(say(command.summary)),
    '',
    say(`Usage: ${usageOf(command, say)}`),
    '',
    say('Examples:'),
    ...command.examples.map((example) => `  ${example}`),
    '',
    say('Flags:'),
    ...flags.map((flag) => `  ${flagText(flag).padEnd(width)}  ${say(flag.summary)}`.trimEnd()),
    ...(command.anyRegistry === true ? ['', say('Works with any OCI registry.')] : []),
  ].join('\n');
}

/** With a full stop behind it, in either language. */
export function sentence(text: string): string {
  return `${text.replace(/[.。]$/, '')}${/[\u4e00-\u9fff]/.test(text) ? '。' : '.'}`;
}

/** The commands of one noun, a line each. */
export function nounHelp(noun: string, commands: readonly Command[], say: Say): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    say(`Usage: longshore ${noun} VERB ...`),
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${say(summary)}`),
    '',
    say(`longshore ${noun} VERB --help says more.`),
  ].join('\n');
}

/** What a session of people begins with: every noun with its verbs. */
export function mainHelp(serverVerbs: ReadonlyMap<string, string>, commands: readonly Command[], say: Say): string {
  const nouns = Map.groupBy(commands, ({ name }) => name.split(' ')[0] ?? name);
  const single = commands.filter(({ name }) => nouns.has(name));
  const several = [...nouns].map(([noun, list]) => [noun, list.filter(({ name }) => name !== noun)] as const);
  const line = (word: string, text: string) => `  ${word.padEnd(15)}${text}`;
  return [
    say('longshore: a registry for container images'),
    '',
    say('Usage: longshore NOUN VERB [ARGUMENTS]'),
    '',
    say('Server, on its own machine:'),
    ...[...serverVerbs].map(([verb, summary]) => line(verb, say(summary))),
    '',
    say('Any registry, and what it keeps:'),
    ...several.flatMap(([noun, list]) =>
      list.length === 0 ? [] : [line(noun, list.map(({ name }) => name.slice(noun.length + 1)).join(', '))],
    ),
    '',
    say('Others:'),
    ...single.map(({ name, summary }) => line(name, say(summary))),
    '',
    say('Examples:'),
    '  longshore serve --data /srv/longshore --listen :5000',
    '  longshore login registry.example',
    '  longshore tag ls team/app',
    '  longshore image show localhost:5000/team/app:1.0 -o json',
    '',
    say('longshore NOUN --help, or longshore NOUN VERB --help, says more.'),
  ].join('\n');
}
