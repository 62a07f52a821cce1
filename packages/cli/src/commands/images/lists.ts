import { pagesOf } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import { type Command, type Flag, UsageError } from '../../command.ts';
import { connect, registryClientOf } from '../../connection/connect.ts';
import { isLongshore } from '../../connection/is-longshore.ts';
import { outputFlag, serverFlag } from '../../flags.ts';
import { imageTarget } from '../../images/image-target.ts';
import { memberAt } from '../../output/readable-value.ts';
import { formatOf, writeList } from '../../output/results.ts';

const prefixFlag: Flag = { name: 'prefix', value: 'TEXT', summary: 'Only names that begin so' };
const pageLength = 500;

/** `longshore tag ls`: the tags of a repository of any registry; Longshore says more of each. */
export const listTags: Command = {
  name: 'tag ls',
  summary: 'Lists the tags of a repository',
  takes: [{ name: 'REPOSITORY' }],
  flags: [
    prefixFlag,
    { name: 'sort', value: 'ORDER', summary: 'name, -updatedAt and others, where the registry is a Longshore' },
    outputFlag,
    serverFlag,
  ],
  examples: ['longshore tag ls team/app', 'longshore tag ls docker.io/library/nginx --prefix 1.27 -o name'],
  operations: ['listTags'],
  anyRegistry: true,
  async run(input, surroundings) {
    const { connection, name, tag, digest } = await imageTarget(input.words[0] ?? '', input, surroundings);
    if (tag !== undefined || digest !== undefined) throw new UsageError('a repository is meant, without tag or digest');
    const [prefix, sort] = [input.one('prefix'), input.one('sort')];
    if (await isLongshore(connection)) {
      const columns = ['name', 'digest', 'artifactType', 'updatedAt', 'updatedBy', 'pulls', 'lastPulledAt'];
      const pages = pagesOf(operationOf('listTags'), { path: { repository: name }, query: { prefix, sort } }, connection);
      await writeList(pages, { columns, named: 'name', empty: 'No tags.' }, formatOf(input), surroundings);
      return 0;
    }
    if (sort !== undefined) throw new UsageError(`--sort: ${connection.host} is no Longshore and gives its own order`);
    await writeList(
      namedPages(registryClientOf(connection).listTags(name), prefix),
      { columns: ['name'], named: 'name', empty: 'No tags.' },
      formatOf(input),
      surroundings,
    );
    return 0;
  },
};

/** `longshore repo ls`: the repositories of a project, or everything that a registry lists. */
export const listRepositories: Command = {
  name: 'repo ls',
  summary: 'Lists the repositories of a project; without one, those that the registry lists',
  takes: [{ name: 'PROJECT', optional: true }],
  flags: [prefixFlag, outputFlag, serverFlag],
  examples: ['longshore repo ls team', 'longshore repo ls --server registry.example -o name'],
  operations: ['listRepositories', 'searchRepositories'],
  anyRegistry: true,
  async run(input, surroundings) {
    const connection = await connect(input.one('server'), surroundings);
    const [project] = input.words;
    const prefix = input.one('prefix');
    const shape = { named: 'name', empty: 'No repositories.' };
    if (project === undefined && !(await isLongshore(connection))) {
      const pages = namedPages(registryClientOf(connection).listRepositories(), prefix);
      await writeList(pages, { ...shape, columns: ['name'] }, formatOf(input), surroundings);
      return 0;
    }
    const pages =
      project === undefined
        ? beginningWith(pagesOf(operationOf('searchRepositories'), { path: {}, query: {} }, connection), prefix)
        : pagesOf(operationOf('listRepositories'), { path: { project }, query: { prefix } }, connection);
    await writeList(pages, { ...shape, columns: ['name', 'tagCount', 'pushedAt', 'createdAt'] }, formatOf(input), surroundings);
    return 0;
  },
};

/** The API has no list of all repositories by the beginning of their names, only by the words in them. */
async function* beginningWith(pages: AsyncIterable<readonly unknown[]>, prefix = ''): AsyncGenerator<readonly unknown[], void> {
  for await (const page of pages) yield page.filter((one) => String(memberAt(one, 'name')).startsWith(prefix));
}

async function* namedPages(names: AsyncIterable<string>, prefix = ''): AsyncGenerator<readonly { readonly name: string }[], void> {
  let page: { readonly name: string }[] = [];
  for await (const name of names) {
    if (!name.startsWith(prefix)) continue;
    page.push({ name });
    if (page.length < pageLength) continue;
    yield page;
    page = [];
  }
  yield page;
}
