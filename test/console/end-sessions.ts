import assert from 'node:assert/strict';
import type { TestRegistry, TestUser } from '../protocol/registry-fixture.ts';

/** Ends every session of a user, as somebody does who has lost a machine. */
export async function endSessions({ client }: TestRegistry, { user, basic: authorization }: TestUser): Promise<void> {
  const path = `/api/v1/users/${user.name}/sessions`;
  const { items } = JSON.parse((await client.send('GET', path, { authorization })).body.toString());
  for (const { id } of items) {
    const { status, body } = await client.send('DELETE', `${path}/${id}`, { authorization });
    assert.equal(status, 204, body.toString());
  }
}
