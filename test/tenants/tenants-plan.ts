import type { Asker, Holding } from './expectations.ts';
import { roles } from './expectations.ts';

export const visibilities = ['public', 'internal', 'private'] as const;
export const builtIn: readonly string[] = ['reader', 'creator', 'writer', 'maintainer', 'owner'];
/** Custom roles that each project has for itself; the others are the registry's. */
export const ofProjects: readonly string[] = ['pusher', 'mover', 'deleter', 'promoter'];
const patterns = ['**', 'in*', 'in/**', 'in/app'];
export const paths = ['in/app', 'inner/app', 'out/app'] as const;

/** Each role alone, and two of them together. */
const roleSets: readonly (readonly string[])[] = [...Object.keys(roles).map((role) => [role]), ['reader', 'deleter'], ['creator', 'mover']];

export interface PlannedProject {
  readonly name: string;
  readonly visibility: (typeof visibilities)[number];
  readonly environment: 'dev' | 'test' | 'prod';
}

/** Somebody, and how that one comes to the roles: `group`: by the group of the same name. */
export interface PlannedAsker extends Asker {
  readonly name: string;
  readonly by: 'nothing' | 'binding' | 'group' | 'project robot' | 'registry robot';
  /** Where questions are asked; the others ask in a few projects only. */
  readonly projects: readonly PlannedProject[];
}

const named = (set: readonly string[]) => set.join('-and-');

/** Projects, and everybody who asks. */
export interface Plan {
  readonly projects: readonly PlannedProject[];
  readonly askers: readonly PlannedAsker[];
}

/** 48 projects: each set of roles in a project of each visibility. */
const ofSets = roleSets.flatMap((set) => visibilities.map((visibility) => ({ set, project: projectOf(named(set), visibility) })));
/** Nobody is bound here, and the name begins as another's does. */
const unbound = [projectOf('reader', 'private', 'reader'), projectOf('nobody', 'private')];
const projects: readonly PlannedProject[] = [...ofSets.map(({ project }) => project), ...unbound];

function projectOf(name: string, visibility: PlannedProject['visibility'], whole = `${name}-${visibility}`): PlannedProject {
  return { name: whole, visibility, environment: ({ public: 'dev', internal: 'test', private: 'prod' } as const)[visibility] };
}

const robotsMayNot = (set: readonly string[]) => set.some((role) => roles[role]?.['administer'] === 'yes');

/** One user, one group with a user, and for each project a robot of its own and one of the registry; a pattern for each in turn. */
function membersOf(set: readonly string[]): PlannedAsker[] {
  const own = ofSets.filter((one) => one.set === set).map(({ project }) => project);
  const holds = (project: PlannedProject, turn: number): Holding[] =>
    set.map((role) => ({ project: project.name, pattern: patterns[(projects.indexOf(project) + turn) % patterns.length] ?? '', role }));
  const users = (['binding', 'group'] as const).map((by, turn) => ({
    ...{ kind: 'user' as const, by, name: `${named(set)}-by-${by}`, projects: own },
    holds: own.flatMap((project) => holds(project, turn)),
  }));
  if (robotsMayNot(set)) return users;
  const robots = own.flatMap((project) =>
    (['project robot', 'registry robot'] as const).map((by, turn) => ({
      ...{ kind: 'robot' as const, by, name: `${by === 'registry robot' ? `${project.name}-` : ''}robot`, projects: [project] },
      holds: holds(project, turn + 2),
    })),
  );
  return [...users, ...robots];
}

/** Members of every project: those who hold a role registry-wide. */
const everywhere = ['reader', 'writer', 'owner', 'auditor'].map((role): PlannedAsker => {
  const by = role === 'writer' ? 'registry robot' : 'binding';
  const kind = role === 'writer' ? 'robot' : 'user';
  return { kind, by, name: `${role}-everywhere`, projects: few(), holds: [{ project: undefined, pattern: '**', role }] };
});

function few(): PlannedProject[] {
  return [...visibilities.map((visibility) => projects.find((one) => one.visibility === visibility) as PlannedProject), ...unbound];
}

function without(kind: Asker['kind'], name: string, by: PlannedAsker['by'] = 'nothing', holds: readonly Holding[] = []): PlannedAsker {
  return { kind, by, name, projects: few(), holds };
}

const askers: readonly PlannedAsker[] = [
  without('anonymous', 'anonymous'),
  without('user', 'plain'),
  without('user', 'in-idle-group', 'group'),
  without('robot', 'idle', 'registry robot'),
  without('administrator', 'root'),
  without('gone', 'disabled', 'binding', [{ project: undefined, pattern: '**', role: 'owner' }]),
  without('gone', 'expired', 'registry robot', [{ project: undefined, pattern: '**', role: 'maintainer' }]),
  ...everywhere,
  ...roleSets.flatMap(membersOf),
];

/** Everything: 50 projects, and everybody who may ask in them. */
export const wholePlan: Plan = { projects, askers };

/** Of the sets of roles only each `every`-th, with its projects and members, and who is a member of nothing. */
export function samplePlan(every: number): Plan {
  const kept = roleSets.filter((_, at) => at % every === 0);
  const here = new Set([...ofSets.filter(({ set }) => kept.includes(set)).map(({ project }) => project), ...unbound]);
  return {
    projects: projects.filter((project) => here.has(project)),
    askers: askers.filter((asker) => asker.projects.every((project) => here.has(project))),
  };
}
