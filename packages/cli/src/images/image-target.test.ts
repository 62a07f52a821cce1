import assert from 'node:assert/strict';
import { test } from 'node:test';
import { main } from '../main.ts';
import { recordedSurroundings } from '../testing/recorded-surroundings.ts';

test("images of Docker Hub are asked for by the names that it has for them, and others' by what is written", async () => {
  for (const [image, asked] of [
    ['docker.io/nginx', 'https://registry-1.docker.io/v2/library/nginx/tags/list'],
    ['index.docker.io/nginx', 'https://registry-1.docker.io/v2/library/nginx/tags/list'],
    ['registry-1.docker.io/nginx', 'https://registry-1.docker.io/v2/library/nginx/tags/list'],
    ['docker.io/grafana/loki', 'https://registry-1.docker.io/v2/grafana/loki/tags/list'],
    ['r.example/nginx', 'https://r.example/v2/nginx/tags/list'],
  ] as const) {
    const surroundings = recordedSurroundings(() => Response.json({ tags: ['1'] }));
    assert.equal(await main(['ls', image], surroundings), 0);
    assert.deepEqual([surroundings.asked, surroundings.outLines], [[`GET ${asked}`], ['1']]);
  }
});
