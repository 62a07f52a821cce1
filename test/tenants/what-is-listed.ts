import assert from 'node:assert/strict';
import type { TestClient } from '../protocol/http-client.ts';
import { may, roles } from './expectations.ts';
import type { Tenants } from './tenants.ts';
import { type PlannedAsker, type PlannedProject, paths } from './tenants-plan.ts';

/** Asserts that lists and searches show everybody what they may list, and not a name more. */
export async function assertLists(client: TestClient, tenants: Tenants): Promise<void> {
  const { projects, askers } = tenants.plan;
  for (const asker of askers.filter(({ kind }) => kind !== 'gone')) {
    const authorization = tenants.loginOf(asker)?.basic;
    const ask = async (path: string) => {
      const { status, body } = await client.send('GET', path, { authorization });
      return status === 200 ? JSON.parse(body.toString()) : status;
    };
    const namesOf = ({ items, next }: { items: { name: string }[]; next?: string }) => {
      assert.equal(next, undefined, 'one page');
      return items.map(({ name }) => name).sort();
    };
    const repositories = visibleRepositories(projects, asker);
    const catalog = await ask('/v2/_catalog?n=1000');
    if (asker.kind === 'anonymous') assert.equal(catalog, 401);
    else assert.deepEqual([...catalog.repositories].sort(), repositories, `catalog of ${asker.name}`);
    assert.deepEqual(namesOf(await ask('/api/v1/repositories?q=app&limit=200')), repositories, `search by ${asker.name}`);
    const seen = projects.filter((project) => may({ asker, project }, 'list', 'project')).map(({ name }) => name);
    assert.deepEqual(namesOf(await ask('/api/v1/projects?limit=200')), seen.sort(), `projects of ${asker.name}`);
  }
}

function visibleRepositories(projects: readonly PlannedProject[], asker: PlannedAsker): string[] {
  const all = projects.flatMap((project) => paths.map((path) => ({ project, path })));
  return all
    .filter(({ project, path }) => may({ asker, project }, 'list', path))
    .map(({ project, path }) => `${project.name}/${path}`)
    .sort();
}

/**
 * Asserts that who has no right in a project hears of it what he hears of one that is not there, to the letter. Answers how many answers
 * were compared.
 */
export async function assertHidden(client: TestClient, tenants: Tenants): Promise<number> {
  let compared = 0;
  for (const asker of tenants.plan.askers) {
    for (const project of tenants.plan.projects.slice(0, 3)) {
      if (hasAnyRight(asker, project)) continue;
      const digest = tenants.stateOf(project.name, 'in/app').digestOf('none');
      const asked = (name: string) => [
        ...[`in/app/manifests/none`, `in/app/manifests/${digest}`, 'in/app/tags/list'].map((path) => `/v2/${name}/${path}`),
        ...[`/projects/${name}`, `/projects/${name}/audit`, `/repositories/${name}%2Fin%2Fapp/tags`].map((path) => `/api/v1${path}`),
      ];
      const authorization = tenants.loginOf(asker)?.basic;
      const heard = (name: string) =>
        Promise.all(
          asked(name).map(async (path) => {
            const { status, headers, body } = await client.send('GET', path, { authorization });
            const { 'x-request-id': id, date: _date, ...rest } = headers;
            return JSON.stringify([status, rest, body.toString()]).replaceAll(name, 'NAME').replaceAll(String(id), 'ID');
          }),
        );
      const absent = 'z'.repeat(project.name.length);
      assert.deepEqual(await heard(project.name), await heard(absent), `${asker.name} at ${project.name}`);
      compared += asked('').length;
    }
  }
  return compared;
}

function hasAnyRight(asker: PlannedAsker, project: PlannedProject): boolean {
  const rights = Object.keys(roles['owner'] ?? {});
  return ['project', ...paths].some((of) => rights.some((right) => may({ asker, project }, right, of)));
}
