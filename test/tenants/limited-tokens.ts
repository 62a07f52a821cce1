import assert from 'node:assert/strict';
import type { TestRegistry } from '../protocol/registry-fixture.ts';
import { asks } from './asked-actions.ts';
import { type Tenants, tokenOf } from './tenants.ts';

/** What tokens of somebody who may do everything in a project are answered, by what they were got for. `401`: get one for more. */
const answers = `
asked                       pull  pull,push  delete  other:pull,push
pull a manifest by tag      200   200        401     401
pull a blob                 200   200        401     401
list tags                   200   200        401     401
push a blob                 401   201        401     401
push a new tag              401   201        401     401
move a tag                  401   201        401     401
delete a tag                401   401        202     401
mount a blob                401   401        401     401
read the repository         401   401        401     401
delete a tag by the API     401   401        401     401
promote                     401   401        401     401
change the project          401   401        401     401
`;

/** Asserts that a token does what it was got for, of what its user may, and nothing else. Answers how many requests that were. */
export async function assertLimits(registry: TestRegistry, tenants: Tenants): Promise<number> {
  const owner = tenants.plan.askers.find(({ name }) => name === 'owner-by-binding') ?? assert.fail();
  const project = owner.holds.find(({ pattern }) => pattern === '**')?.project ?? assert.fail();
  const [at, source] = [tenants.stateOf(project, 'in/app'), tenants.stateOf(project, 'out/app')];
  const [header = '', ...rows] = answers.trim().split('\n');
  const scopes = header.split(/ {2,}/).slice(1);
  let asked = 0;
  for (const [column, scope] of scopes.entries()) {
    const wanted = scope.startsWith('other:')
      ? `repository:${source.repository}:${scope.slice(6)}`
      : `repository:${at.repository}:${scope}`;
    const token = `Bearer ${await tokenOf(registry, tenants.loginOf(owner)?.basic, [wanted])}`;
    const { client } = registry;
    for (const row of rows) {
      const [action = '', ...expected] = row.split(/ {2,}/);
      const unique = `limited-${column}-${asked}`;
      const context = { client, data: token, management: token, project, at, source, tag: 'none', unique };
      const earlier = await at.look();
      const answer = await asks[action]?.(context);
      assert.equal(String(answer?.status), expected[column], `${action} with a token for ${scope}: ${answer?.body.toString()}`);
      if (answer?.status === 401) assert.equal(await at.look(), earlier, `${action} with a token for ${scope}`);
      await at.restore();
      asked += 1;
    }
    const catalog = await client.send('GET', '/v2/_catalog', { authorization: token });
    assert.equal(catalog.status, 401, `the catalog with a token for ${scope}`);
  }
  return asked;
}
