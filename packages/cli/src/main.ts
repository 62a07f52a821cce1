import { closestVerb } from './closest-verb.ts';
import { type Command, type Surroundings, UsageError } from './command.ts';
import { runServerVerb, serverVerbs } from './server-verbs.ts';

/** The verbs of `commands/` with the client that they use; a server needs neither. */
const loadClientVerbs = async () => (await import('./commands/index.ts')).clientVerbs;
const isHelp = (argument: string | undefined) => argument === '--help' || argument === '-h';

async function mainHelp(): Promise<string> {
  const clientVerbs = await loadClientVerbs();
  const line = ([verb, summary]: readonly [string, string]) => `  ${verb.padEnd(10)}${summary}`;
  return [
    'longshore: a registry for container images',
    '',
    'Usage: longshore VERB [ARGUMENTS]',
    '',
    'Server:',
    ...[...serverVerbs].map(line),
    '',
    'Client:',
    ...[...clientVerbs].map(([verb, { summary }]) => line([verb, summary])),
    '',
    'Examples:',
    '  longshore serve --data /srv/longshore --listen :5000',
    '  longshore user add alice',
    '  longshore ls localhost:5000/team/app',
    '',
    'longshore VERB --help says more.',
  ].join('\n');
}

function helpOf({ summary, usage, examples }: Command): string {
  return [`${summary}.`, '', `Usage: ${usage}`, '', 'Examples:', ...examples.map((example) => `  ${example}`)].join('\n');
}

/** What a failed request says to a person: fetch hides the reason (refused, unknown host) in `cause`. */
function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message || ('code' in error.cause ? String(error.cause.code) : '')}` : '';
  return `${error.message}${cause}`;
}

async function runClientVerb(verb: string, command: Command, args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { output } = surroundings;
  if (args.some(isHelp)) {
    output.out(helpOf(command));
    return 0;
  }
  try {
    return await command.run(args, surroundings);
  } catch (error) {
    output.err(`longshore ${verb}: ${failureText(error)}`);
    if (!(error instanceof UsageError)) return 1;
    output.err(`Usage: ${command.usage}`);
    return 2;
  }
}

function unknownVerb(verb: string, known: readonly string[], { output }: Surroundings): number {
  const match = closestVerb(verb, known);
  output.err(`longshore: there is no verb '${verb}'${match === undefined ? '' : `; did you mean '${match}'?`}`);
  output.err('longshore --help lists all.');
  return 2;
}

const processSurroundings: Surroundings = {
  output: { out: (line) => void process.stdout.write(`${line}\n`), err: (line) => void process.stderr.write(`${line}\n`) },
  // Named when it is called: Node loads its HTTP client at the first mention, and a server needs none.
  fetch: (input, init) => fetch(input, init),
};

/** Runs one command line (without the program's name) and resolves to its exit code: 0, 1 for failure, 2 for misuse. */
export async function main(argv: readonly string[], surroundings: Surroundings = processSurroundings): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined || isHelp(first) || (first === 'help' && rest.length === 0)) {
    surroundings.output.out(await mainHelp());
    return 0;
  }
  // `help VERB` is `VERB --help`, and `--version` is what people try first.
  const [verb = '', ...args] = first === 'help' ? [...rest, '--help'] : first === '--version' ? ['version'] : argv;
  if (serverVerbs.has(verb)) return runServerVerb([verb, ...args], surroundings);
  const clientVerbs = await loadClientVerbs();
  const command = clientVerbs.get(verb);
  if (command !== undefined) return runClientVerb(verb, command, args, surroundings);
  return unknownVerb(verb, [...serverVerbs.keys(), ...clientVerbs.keys(), 'help'], surroundings);
}
