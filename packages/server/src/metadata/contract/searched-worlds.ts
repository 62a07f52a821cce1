import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ProjectVisibility } from '../../registry/ports/access.ts';
import type { Visibility } from '../../registry/ports/authorizer.ts';
import type { BrowseStore, SearchPlace } from '../../registry/ports/browse-store.ts';
import type { SearchStore } from '../../registry/ports/search-store.ts';
import { rangeOfPattern } from '../../registry/repository-pattern.ts';
import { searchWords } from '../search-words.ts';

const projects = ['app', 'app-web', 'lib', 'web', 'p', ...'abcdefghijklm'.split('').map((letter) => `p${letter}`)];
const segments = ['app', 'api', 'web', 'lib', 'a'] as const;
/** The bit of `list`, which readers have. */
const listed = 16;

interface World {
  readonly visibilities: readonly ProjectVisibility[];
  readonly repositories: readonly { readonly name: string; readonly project: string; readonly isOld: boolean }[];
  readonly bindings: readonly {
    readonly project: string;
    readonly pattern: string;
    readonly role: 'reader' | 'puller';
    readonly ofGroup: boolean;
  }[];
}

interface Question {
  readonly term: string;
  readonly limit: number;
  readonly isUser: boolean;
  readonly open: readonly ProjectVisibility[];
}

/** A database that may be filled and asked. */
export interface Searched {
  /** Runs statements without parameters. */
  readonly fill: (text: string) => Promise<unknown>;
  /** 32 bytes, as they stand in a statement. */
  readonly bytes: string;
  readonly store: Pick<BrowseStore, 'searchRepositories'> & Pick<SearchStore, 'searchTags'>;
  /** The id of the user whom `searchingPeople` adds. */
  readonly eve: number;
}

/** Adds the one who searches, in a group of her own, and a role that is not enough, to an empty database. */
export const searchingPeople = `
  insert into users (name, administrator, disabled, version, created_at, updated_at) values ('eve', 0, 0, 1, 1, 1);
  insert into groups (name, created_at, created_by) values ('readers', 1, 'x');
  insert into group_members (user_id, group_id, added_at) select u.id, g.id, 1 from users u, groups g;
  insert into roles (project_id, name, actions, built_in, created_at, created_by) values (null, 'puller', 1, 0, 1, 'x')`;

const path = fc
  .array(fc.tuple(fc.constantFrom('/', '-', '.'), fc.constantFrom(...segments)), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.map(([separator, segment], index) => (index === 0 ? segment : `${separator}${segment}`)).join(''));

const repository = fc
  .record({ project: fc.constantFrom(...projects), path: fc.option(path), isOld: fc.boolean(), isDeleted: fc.nat(9) })
  .map(({ project, path: below, isOld, isDeleted }) => {
    const name = below === null ? project : `${project}/${below}`;
    return { project, name: isDeleted === 0 ? `!${name}` : name, isOld };
  });

const worlds: fc.Arbitrary<World> = fc.record({
  visibilities: fc.array(fc.constantFrom('private', 'private', 'private', 'internal', 'public'), {
    minLength: projects.length,
    maxLength: projects.length,
  }),
  repositories: fc.uniqueArray(repository, { selector: ({ name }) => name, maxLength: 150, size: 'max' }),
  bindings: fc.array(
    fc.record({
      project: fc.constantFrom(...projects),
      pattern: fc.constantFrom('**', '**', 'app/**', 'a*', 'web'),
      role: fc.constantFrom('reader', 'reader', 'puller'),
      ofGroup: fc.boolean(),
    }),
    { maxLength: 5 },
  ),
});

const question: fc.Arbitrary<Question> = fc.record({
  term: fc.constantFrom('a', 'app', 'p', 'app/', 'web', 'lib-a', 'zz'),
  limit: fc.constantFrom(1, 2, 3, 20),
  isUser: fc.boolean(),
  open: fc.constantFrom([], [], ['public'], ['public', 'internal']),
});

/** Behind a hundred hidden matches those of many projects, in another order than the projects. */
const interleaved: World = {
  visibilities: projects.map(() => 'private'),
  repositories: [
    ...Array.from({ length: 100 }, (_, n) => ({ name: `pa/${100 + n}/app`, project: 'pa', isOld: false })),
    ...Array.from({ length: 48 }, (_, n) => {
      const project = projects[projects.length - 1 - (n % 12)] ?? assert.fail();
      return { name: `${project}/${100 + n}/app`, project, isOld: false };
    }),
  ],
  bindings: projects.slice(-12).map((project) => ({ project, pattern: '**', role: 'reader', ofGroup: project > 'pg' })),
};
const askedOfIt = [1, 3, 9, 20].map((limit) => ({ term: 'app', limit, isUser: true, open: [] }));

/** Fills the database with worlds of projects, roles, names and tags, and compares searches, page by page, with what a plain model finds. */
export async function checkSearchedWorlds({ fill, bytes, store, eve }: Searched, numRuns: number): Promise<void> {
  const check = async (world: World, questions: readonly Question[]) => {
    await fill(rowsOf(world, eve, bytes));
    for (const { term, limit, isUser, open } of questions) {
      const holder = isUser ? ({ kind: 'user', id: eve } as const) : undefined;
      const visibility: Visibility = { kind: 'held', holder, action: listed, open };
      const seen = world.repositories.map((each, index) => ({ ...each, index })).filter(visibleIn(world, isUser, open));
      const searched = async (after: SearchPlace | undefined) => {
        const { items, more } = await store.searchRepositories({ term, visibility }, { limit, after });
        return { more, items: items.map(({ name, place }) => ({ shown: name, place })) };
      };
      await checkPages(searched, limit, repositoriesFound(seen, term));
      const searchedTags = async (after: SearchPlace | undefined) => {
        const { items, more } = await store.searchTags({ term, visibility }, { limit, after });
        return { more, items: items.map(({ repository: name, tag, place }) => ({ shown: `${name}:${tag}`, place })) };
      };
      await checkPages(searchedTags, limit, tagsFound(seen, term));
    }
  };
  await fc.assert(fc.asyncProperty(worlds, fc.array(question, { minLength: 1, maxLength: 8 }), check), {
    numRuns,
    examples: [[interleaved, askedOfIt]],
  });
}

type Pages = (after: SearchPlace | undefined) => Promise<{ more: boolean; items: { shown: string; place: SearchPlace }[] }>;

async function checkPages(pageAfter: Pages, limit: number, expected: readonly string[]): Promise<void> {
  const shown: string[] = [];
  let after: SearchPlace | undefined;
  for (let more = true; more; ) {
    const page = await pageAfter(after);
    shown.push(...page.items.map((item) => item.shown));
    assert.deepEqual(shown, expected.slice(0, shown.length));
    assert.equal(page.more, shown.length < expected.length);
    if (page.more) assert.equal(page.items.length, limit);
    after = page.items.at(-1)?.place;
    more = page.more;
  }
}

/** The tags of a repository: the parts of its name. */
const tagsOf = (name: string) => new Set(name.split(/[^a-z0-9]+/).filter(Boolean));

function rowsOf({ visibilities, repositories, bindings }: World, eve: number, bytes: string): string {
  const idOf = (project: string) => `(select id from projects where name = '${project}')`;
  const statements = ['role_bindings', 'repository_words', 'tags', 'manifests', 'repositories', 'projects'].map(
    (table) => `delete from ${table}`,
  );
  for (const [index, project] of projects.entries()) {
    statements.push(`insert into projects (name, store_id, visibility, created_at, created_by)
      select '${project}', min(id), '${visibilities[index]}', 1, 'x' from stores`);
  }
  for (const { name, project, isOld } of repositories) {
    statements.push(`insert into repositories (project_id, name, created_at) values (${idOf(project)}, '${name}', 1)`);
    statements.push(`insert into manifests (repository_id, digest, media_type, size, pushed_at, pushed_by, renewed_at, bytes)
      select id, ${bytes}, 'm', 1, 1, 'x', 1, ${bytes} from repositories where name = '${name}'`);
    for (const tag of tagsOf(name)) {
      statements.push(`insert into tags (repository_id, name, manifest_id, updated_at, updated_by)
        select r.id, '${tag}', m.id, 1, 'x' from repositories r join manifests m on m.repository_id = r.id where r.name = '${name}'`);
    }
    for (const { word, position } of searchWords(name)) {
      statements.push(`insert into repository_words (word, position, repository_id, project_id)
        select '${word}', ${position}, id, ${isOld ? 'null' : 'project_id'} from repositories where name = '${name}'`);
    }
  }
  for (const { project, pattern, role, ofGroup } of bindings) {
    const { low, high } = rangeOfPattern(project, pattern) ?? assert.fail(pattern);
    const subject = ofGroup ? `'group', (select group_id from group_members where user_id = ${eve})` : `'user', ${eve}`;
    statements.push(`insert into role_bindings
      (project_id, subject_kind, subject_id, role_id, range_low, range_high, pattern, created_at, created_by)
      select ${idOf(project)}, ${subject}, id, '${low}', '${high}', '${pattern}', 1, 'x' from roles where name = '${role}' on conflict do nothing`);
  }
  return statements.join(';\n');
}

interface Seen {
  readonly name: string;
  /** Its place among all repositories. */
  readonly index: number;
}

function visibleIn({ visibilities, bindings }: World, isUser: boolean, open: readonly ProjectVisibility[]) {
  return ({ name, project }: { readonly name: string; readonly project: string }) => {
    const visibility = visibilities[projects.indexOf(project)] ?? assert.fail(project);
    const isBound = bindings.some(({ project: bound, pattern, role }) => {
      const { low, high } = rangeOfPattern(bound, pattern) ?? assert.fail(pattern);
      return bound === project && role === 'reader' && low <= name && name < high;
    });
    return !name.startsWith('!') && (open.includes(visibility) || (isUser && isBound));
  };
}

/** The names that a search must show, in their order. */
function repositoriesFound(seen: readonly Seen[], term: string): string[] {
  const matches = seen.flatMap(({ name, index }) => {
    const words = searchWords(name).filter(({ word }) => word.startsWith(term));
    const [first] = words.sort((left, right) => compare(left.word, right.word) || left.position - right.position);
    return first === undefined ? [] : [{ ...first, name, index }];
  });
  matches.sort((left, right) => compare(left.word, right.word) || left.position - right.position || left.index - right.index);
  return matches.map(({ name }) => name);
}

/** The tags that a search must show, in their order. */
function tagsFound(seen: readonly Seen[], term: string): string[] {
  const matches = seen.flatMap(({ name, index }) => [...tagsOf(name)].map((tag) => ({ name, index, tag })));
  const matching = matches.filter(({ tag }) => tag.startsWith(term));
  matching.sort((left, right) => compare(left.tag, right.tag) || left.index - right.index);
  return matching.map(({ name, tag }) => `${name}:${tag}`);
}

const compare = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);
