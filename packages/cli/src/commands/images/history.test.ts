import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepText } from './history.ts';

test('steps read as they stand in a Dockerfile, whichever builder wrote them', () => {
  assert.equal(stepText('/bin/sh -c #(nop)  CMD ["sh"]'), 'CMD ["sh"]');
  assert.equal(stepText('/bin/sh -c apt-get update'), 'RUN apt-get update');
  assert.equal(stepText('RUN /bin/sh -c make # buildkit'), 'RUN /bin/sh -c make');
  assert.equal(stepText('COPY a b # buildkit'), 'COPY a b');
});
