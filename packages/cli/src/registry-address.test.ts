import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registryUrl, servingUrl } from './registry-address.ts';

test('a registry is a host or a URL, without a password, which is not repeated', () => {
  assert.equal(registryUrl('r.example'), 'https://r.example/');
  assert.equal(registryUrl('localhost:5000'), 'http://localhost:5000/');
  assert.equal(registryUrl('http://r.example'), 'http://r.example/');
  for (const wrong of ['', 'ftp://r.example', 'r.example?x=1', 'https://r.example/#x'])
    assert.throws(() => registryUrl(wrong), /not the address/, wrong);
  for (const wrong of ['https://me:hunter2@r.example', 'me:hunter2@r.example', 'https://hunter2@r.example']) {
    assert.throws(
      () => registryUrl(wrong),
      (error) => error instanceof Error && /does not belong/.test(error.message) && !/hunter2/.test(error.message),
    );
  }
});

test("Docker Hub's images are asked for where it serves them, others where they say", () => {
  assert.equal(servingUrl(registryUrl('docker.io')), 'https://registry-1.docker.io/');
  assert.equal(servingUrl(registryUrl('docker.io.example')), 'https://docker.io.example/');
});
