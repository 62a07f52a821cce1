import type { MoveDeps } from '../features/store-move/move-deps.ts';
import { moveProject } from '../features/store-move/move-project.ts';
import type { MoveReport } from '../features/store-move/move-tally.ts';
import { printLine, tell } from '../observability/terminal.ts';
import type { Project, ProjectStore } from '../registry/ports/project-store.ts';
import { readArguments, readVerb, UsageError } from './arguments.ts';

export const storeHelp = `longshore store VERB ... [settings]

  ls                                     every store with the projects that live on it
  assign PROJECT STORE                   lets a project without content live on a store; makes a project that is new
  move PROJECT --to STORE [--dry-run]    moves a project while it is pushed to and pulled from

Stores are declared in the configuration file (mirrorRepositories); 'default' is that of the section store. The
project of 'team/app' is 'team'. A move copies every blob and checks its digest; from its first moment pushes go to
the new store, and what is not copied yet is read from the old one. Whatever interrupts it, the same command goes
on; --to the store that it came from turns it round. At the end the old copies are garbage, which gc removes.
Every replica must have both stores in its configuration before a move begins.

  --dry-run   count what would be copied, and change nothing

Examples:
  longshore store ls --config longshore.yaml
  longshore store assign team-a fast --config longshore.yaml
  longshore store move team-a --to fast --dry-run --config longshore.yaml
  longshore store move team-a --to fast --config longshore.yaml
`;

/** The verbs of `longshore store`, with the words that each takes. */
export const storeVerbs = { ls: [], assign: ['PROJECT', 'STORE'], move: ['PROJECT'] } as const;

/** Projects that one read lists. */
const pageSize = 500;
/** How often a move says where it stands. */
const progressMs = 2000;

/** `longshore store`: which project lives where, and moving one. */
export async function store(argv: readonly string[], deps: MoveDeps): Promise<number> {
  const { values, positionals } = readArguments(argv, { to: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } });
  const { verb, operands } = readVerb('store', positionals, storeVerbs);
  const [project = '', target = ''] = operands;
  if (verb !== 'move' && (values.to !== undefined || values['dry-run'])) throw new UsageError(`--to and --dry-run go with 'store move'.`);
  if (verb === 'ls') return list(deps);
  if (verb === 'assign') return assign(deps, project, target);
  if (values.to === undefined) throw new UsageError(`Say where to: store move ${project} --to STORE.`);
  return move(deps, { project, to: requireStore(deps, values.to), dryRun: values['dry-run'] });
}

async function list({ projects, stores }: MoveDeps): Promise<number> {
  const registered = (await projects.listStores()).map(({ name }) => name);
  for (const name of [...new Set([...stores.names, ...registered])]) {
    if (stores.names.includes(name)) printLine(name);
    else tell(`${name} (not configured)`);
    for await (const project of projectsOn(projects, name)) {
      const moving = project.movingFrom === undefined ? '' : `, moving from ${project.movingFrom}`;
      tell(`  ${project.name}: ${project.sizeBytes} bytes${moving}`);
    }
  }
  return 0;
}

async function* projectsOn(projects: ProjectStore, name: string): AsyncGenerator<Project> {
  for (let after: string | undefined; ; ) {
    const page = await projects.listProjects({ store: name }, { limit: pageSize, after });
    yield* page.filter((project) => project.store === name);
    if (page.length < pageSize) return;
    after = page.at(-1)?.name;
  }
}

async function assign({ projects, stores, clock, by }: MoveDeps, project: string, target: string): Promise<number> {
  if (!/^[a-z0-9]+([._-]+[a-z0-9]+)*$/.test(project))
    throw new UsageError(`'${project}' cannot be a project: it is the first component of a repository's name.`);
  const name = requireStore({ stores }, target);
  const outcome = await projects.assignStore({ project, store: name, by, at: clock() });
  if (outcome === 'has-content')
    throw new UsageError(`The project '${project}' has content: 'store move ${project} --to ${name}' takes it along.`);
  tell(`${project} lives on ${name}`);
  return 0;
}

function requireStore({ stores }: Pick<MoveDeps, 'stores'>, name: string): string {
  if (stores.names.includes(name)) return name;
  throw new UsageError(`There is no store '${name}' in the configuration. Stores: ${stores.names.join(', ')}.`);
}

async function move(deps: MoveDeps, options: { project: string; to: string; dryRun: boolean }): Promise<number> {
  const { project, to, dryRun } = options;
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error('Interrupted: the project is served from both stores; the same command goes on.'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let saidAt = performance.now();
  const onProgress = (report: MoveReport, { sizeBytes }: Project) => {
    if (performance.now() - saidAt < progressMs) return;
    saidAt = performance.now();
    tell(`${describe(report)}; the project has ${sizeBytes} bytes`);
  };
  const report = await moveProject(deps, { ...options, signal: stop.signal, onProgress });
  if (report.from === undefined) {
    tell(`${project} lives on ${to} already`);
    return 0;
  }
  tell(`${dryRun ? 'would copy' : 'copied'} ${describe(report)}`);
  if (report.lost > 0) tell(`${report.lost} blobs are on neither store: they were lost before, push them again`);
  if (dryRun) return 0;
  if (report.finished) tell(`${project} lives on ${to}; gc removes what is left of it on ${report.from} after gc.graceHours`);
  else
    tell(`${report.failed} blobs could not be copied (see above): ${project} is served from both stores until the same command succeeds`);
  return report.finished ? 0 : 1;
}

function describe({ copied, copiedBytes, present }: MoveReport): string {
  return `${copied} blobs, ${copiedBytes} bytes; ${present} were there`;
}
