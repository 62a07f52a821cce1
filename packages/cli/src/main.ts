import { homedir } from 'node:os';
import { closestVerb } from './closest-verb.ts';
import type { Command, Surroundings } from './command.ts';
import { commandsOfNoun, findCommand } from './find-command.ts';
import { inLanguage } from './language/in-language.ts';
import { runServerVerb, serverVerbs, sharedVerbs } from './server-verbs.ts';
import { harmlessLine } from './terminal/harmless-line.ts';
import { Interrupted, processTerminal } from './terminal/process-terminal.ts';

/** Everything of `commands/` with the client that they use; a server needs none of it. */
const loadClientCommands = async () => (await import('./commands/index.ts')).clientCommands;
const isHelp = (argument: string | undefined) => argument === '--help' || argument === '-h';

/** What commands are given in a process of their own. `environment`: its variables, which only its entry point reads. */
export function processSurroundings(environment: Surroundings['environment']): Surroundings {
  for (const stream of [process.stdout, process.stderr]) {
    // Whoever reads the output may have seen enough (`| head`): that is no failure.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
  }
  return {
    output: {
      // What a program reads is not changed.
      out: (line) => void process.stdout.write(`${process.stdout.isTTY ? harmlessLine(line) : line}\n`),
      err: (line) => void process.stderr.write(`${harmlessLine(line)}\n`),
    },
    terminal: processTerminal(),
    say: (english) => english,
    environment,
    home: homedir(),
    fetch: lateFetch(environment),
  };
}

/** Loaded with the first request: a server, and a command without one, needs no HTTP client. */
function lateFetch(environment: Surroundings['environment']): typeof fetch {
  let loaded: Promise<typeof fetch> | undefined;
  return async (input, init) => {
    loaded ??= import('./connection/machine-network.ts').then(({ machineFetch }) => machineFetch(environment));
    return (await loaded)(input, init);
  };
}

/** Runs one command line (without the program's name) and resolves to its exit code, one of `exitCodes`. */
export async function main(argv: readonly string[], given: Surroundings): Promise<number> {
  const surroundings = await inLanguage(given);
  const [first, ...rest] = argv;
  if (first === undefined || isHelp(first) || (first === 'help' && rest.length === 0)) {
    const { mainHelp } = await import('./help.ts');
    surroundings.output.out(mainHelp(serverVerbs, await loadClientCommands(), surroundings.say));
    return 0;
  }
  // `help VERB` is `VERB --help`, and `--version` is what people try first.
  const words = first === 'help' ? [...rest, '--help'] : first === '--version' ? ['version'] : argv;
  const [noun = ''] = words;
  if (serverVerbs.has(noun) && (!sharedVerbs.has(noun) || namesLocalData(words))) return runServerVerb(words, surroundings);
  const commands = await loadClientCommands();
  const command = findCommand(words, commands);
  if (serverVerbs.has(noun) && !(await isForApi(command, words, surroundings))) return runShared(words, commands, surroundings);
  if (command === undefined) return missingCommand(words, commands, surroundings);
  return runCommand(command, words.slice(command.name.split(' ').length), surroundings);
}

/** Settings of a server among the words: it is the registry on this machine that is meant. */
function namesLocalData(words: readonly string[]): boolean {
  return words.some((word) => /^--(data|config)(=|$)/.test(word));
}

/** What both sides have is for the API when a registry is named or somebody is logged in, and otherwise for the data on this machine. */
async function isForApi(command: Command | undefined, words: readonly string[], surroundings: Surroundings): Promise<boolean> {
  if (command === undefined) return false;
  const { isServerMeant } = await import('./connection/connect.ts');
  return (
    sharedVerbs.get(words[0] ?? '')?.has(command.name) !== true ||
    words.some((word) => /^--server(=|$)/.test(word)) ||
    isServerMeant(surroundings)
  );
}

/** A noun of both sides with words that only the server has; its help tells of both. */
async function runShared(words: readonly string[], commands: readonly Command[], surroundings: Surroundings): Promise<number> {
  const [noun = '', second] = words;
  const own = commandsOfNoun(noun, commands);
  if (own.length > 0 && (second === undefined || isHelp(second))) {
    const { nounHelp } = await import('./help.ts');
    const { say } = surroundings;
    surroundings.output.out(`${nounHelp(noun, own, say)}\n\n${say("On the registry's own machine, without a server in between:")}\n`);
  }
  return runServerVerb(words, surroundings);
}

async function runCommand(command: Command, args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { output, say } = surroundings;
  if (args.some(isHelp)) {
    output.out((await import('./help.ts')).helpOf(command, say));
    return 0;
  }
  try {
    const { readArguments } = await import('./read-arguments.ts');
    const input = readArguments(args, command.takes, command.flags);
    const { interruptible } = await import('./terminal/interruptible.ts');
    return await interruptible((own) => command.run(input, own), surroundings);
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    const { exitCodeOf, failureText } = await import('./exit-codes.ts');
    const code = exitCodeOf(error);
    output.err(`longshore ${command.name}: ${failureText(error, say)}`);
    if (code === 2) output.err(`Usage: ${(await import('./help.ts')).usageOf(command, say)}\nlongshore ${command.name} --help says more.`);
    return code;
  }
}

async function missingCommand(words: readonly string[], commands: readonly Command[], { output, say }: Surroundings): Promise<number> {
  const [noun = '', verb] = words;
  const ofNoun = commandsOfNoun(noun, commands);
  if (ofNoun.length > 0 && (verb === undefined || isHelp(verb))) {
    const { nounHelp } = await import('./help.ts');
    (verb === undefined ? output.err : output.out)(nounHelp(noun, ofNoun, say));
    return verb === undefined ? 2 : 0;
  }
  const isNoun = ofNoun.length > 0;
  const known = isNoun
    ? ofNoun.map(({ name }) => name.slice(noun.length + 1))
    : [...serverVerbs.keys(), ...commands.map(({ name }) => name.split(' ')[0] ?? ''), 'help'];
  const match = closestVerb((isNoun ? verb : noun) ?? '', known);
  const hint = match === undefined ? '' : `; did you mean '${isNoun ? `${noun} ` : ''}${match}'?`;
  output.err(`longshore: there is no ${isNoun ? `command '${noun} ${verb}'` : `verb '${noun}'`}${hint}`);
  output.err(`longshore ${isNoun ? `${noun} ` : ''}--help lists all.`);
  return 2;
}
