import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
import { listed, pageOf } from './paging.ts';
import { ApiError } from './problems.ts';

const request = { operationId: 'listThings', params: {}, query: {} };

/** What comes of a cursor whose keys are these. */
function keysOf(keys: unknown, schema: Parameters<typeof pageOf>[1]): unknown {
  const { next } = listed(request, { items: [keys], more: true }, (item) => item, String);
  return pageOf({ ...request, query: { cursor: next ?? assert.fail() } }, schema).after;
}

const refused = (keys: unknown, schema: Parameters<typeof pageOf>[1]) =>
  assert.throws(
    () => keysOf(keys, schema),
    (error) => error instanceof ApiError && error.code === 'invalid-cursor',
  );

test('a cursor that somebody made up reaches no database with what it does not take', () => {
  assert.equal(keysOf(7, Type.Integer()), 7);
  for (const beyond of [1e30, -1e30, 2 ** 53]) refused(beyond, Type.Integer());
  refused(1.5, Type.Integer());
  const named = Type.Object({ project: Type.String(), orderedBy: Type.Number() });
  assert.deepEqual(keysOf({ project: 'team', orderedBy: 0.25 }, named), { project: 'team', orderedBy: 0.25 });
  refused({ project: 'te\0am', orderedBy: 1 }, named);
  refused({ project: '\ud800', orderedBy: 1 }, named);
  refused(['team', 1e300], Type.Tuple([Type.String(), Type.Integer()]));
});
