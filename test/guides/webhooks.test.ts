import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { signedHeaders } from '../../packages/server/src/features/webhooks/signature.ts';

const guideIn = (suffix: string) => readFileSync(new URL(`../../docs/guides/webhooks${suffix}.md`, import.meta.url), 'utf8');
const guide = guideIn('');
const blockOf = (text: string, language: string) =>
  new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(text)?.[1] ?? assert.fail(`no ${language}`);
const block = (language: string) => blockOf(guide, language);

const secret = 'a secret of enough length';
const body = Buffer.from('{"é":1}');
const seconds = Math.floor(Date.now() / 1000);
const sign = (atSeconds: number, secrets: string[]) => signedHeaders({ id: '1-a', atSeconds, body }, secrets);
/** Headers, and whether the receiver of the guide is to take them. */
const cases: [Record<string, string>, boolean][] = [
  [sign(seconds, [secret]), true],
  [sign(seconds, ['the next secret of length', secret]), true],
  [sign(seconds, ['another secret of length']), false],
  [sign(seconds - 600, [secret]), false],
  [sign(seconds, []), false],
  [{ ...sign(seconds, [secret]), 'webhook-id': '2-a' }, false],
];

test('the Chinese guide has the same receivers', () => {
  for (const language of ['sh', 'js', 'python']) assert.equal(blockOf(guideIn('.zh-CN'), language), block(language));
});

test('the receiver in Node takes what is signed, recent and whole, and nothing else', async () => {
  const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(block('js'))}`);
  for (const [headers, expected] of cases) assert.equal(isGenuine(secret, headers, body), expected, JSON.stringify(headers));
});

test('the receiver in Python takes what is signed, recent and whole, and nothing else', () => {
  const input = JSON.stringify({ secret, body: body.toString(), cases: cases.map(([headers]) => headers) });
  const script = `${block('python')}
import json, sys
given = json.loads(sys.stdin.read())
print(json.dumps([is_genuine(given["secret"], headers, given["body"].encode()) for headers in given["cases"]]))`;
  const answers = JSON.parse(
    execFileSync('python3', ['-c', script], {
      input,
      encoding: 'utf8',
      env: { ...process.env, PYTHONIOENCODING: 'utf8', PYTHONUTF8: '1' },
    }),
  );
  assert.deepEqual(
    answers,
    cases.map(([, expected]) => expected),
  );
});
