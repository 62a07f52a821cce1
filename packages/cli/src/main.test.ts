import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { main } from './main.ts';
import { runServerVerb } from './server-verbs.ts';
import { recordedSurroundings } from './testing/recorded-surroundings.ts';

type Answer = (url: URL) => Response;

/** Runs a command line against a registry that answers in this process. */
async function run(argv: string[], answer: Answer = () => new Response(null, { status: 404 })) {
  const surroundings = recordedSurroundings((request) => answer(new URL(request.url)));
  const code = await main(argv, surroundings);
  const { outLines, errLines, asked } = surroundings;
  return { code, out: outLines.join('\n'), err: errLines.join('\n'), asked: asked.map((line) => line.replace(/^GET /, '')) };
}

describe('longshore', () => {
  it('shows its verbs with --help, with help, and without arguments', async () => {
    for (const argv of [['--help'], ['help'], []]) {
      const { code, out } = await run(argv);
      assert.equal(code, 0);
      assert.match(out, /^ {2}serve +Runs the registry$/m);
      assert.match(out, /^ {2}ping +Asks/m);
    }
  });

  it('shows usage and an example of a verb', async () => {
    for (const argv of [
      ['ls', '--help'],
      ['help', 'ls'],
    ]) {
      const { code, out } = await run(argv);
      assert.equal(code, 0);
      assert.match(out, /Usage: longshore ls REPOSITORY \[flags\]\n\nExamples:\n {2}longshore ls/);
    }
  });

  it('names the nearest verb for one that does not exist', async () => {
    const { code, err } = await run(['sevre']);
    assert.equal(code, 2);
    assert.match(err, /no verb 'sevre'; did you mean 'serve'\?/);
    assert.doesNotMatch((await run(['bake-a-cake'])).err, /did you mean/);
  });

  it('shows its version', async () => {
    for (const argv of [['version'], ['--version']]) assert.match((await run(argv)).out, /^longshore \d+\.\d+\.\d+ \(Node /);
  });
});

describe('longshore ping', () => {
  it('speaks plain HTTP to loopback and HTTPS to others', async () => {
    const ok = () => new Response('{}', { status: 200 });
    assert.deepEqual((await run(['ping', 'localhost:5000'], ok)).asked, ['http://localhost:5000/v2/']);
    assert.deepEqual((await run(['ping', 'registry.example'], ok)).asked, ['https://registry.example/v2/']);
    assert.equal((await run(['ping', 'http://registry.example'], ok)).out, 'http://registry.example/ answers');
  });

  it('takes a demand for a login as an answer', async () => {
    const { code, out } = await run(['ping', 'localhost:5000'], () => new Response(null, { status: 401 }));
    assert.equal(code, 0);
    assert.match(out, /wants a login/);
  });

  it('fails when nothing answers, with the reason', async () => {
    const refuse = () => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });
    };
    const { code, err } = await run(['ping', 'localhost:1'], refuse);
    assert.equal(code, 6);
    assert.match(err, /^longshore ping: fetch failed: connect ECONNREFUSED/);
  });

  it('refuses what is no address', async () => {
    for (const argv of [['ping'], ['ping', 'a', 'b'], ['ping', 'http://'], ['ping', 'a b']])
      assert.equal((await run(argv)).code, 2, argv.join(' '));
  });
});

describe('longshore ls', () => {
  it('lists the tags of all pages', async () => {
    const { code, out } = await run(['ls', 'localhost:5000/team/app'], (url) =>
      url.searchParams.has('last')
        ? Response.json({ name: 'team/app', tags: ['b'] })
        : Response.json({ name: 'team/app', tags: ['a'] }, { headers: { link: '</v2/team/app/tags/list?last=a>; rel="next"' } }),
    );
    assert.equal(code, 0);
    assert.equal(out, 'a\nb');
  });

  it('refuses an image, and a name without host', async () => {
    assert.match((await run(['ls', 'localhost:5000/team/app:1.0'])).err, /without tag or digest\nUsage: /);
    assert.match((await run(['ls', 'team/app'])).err, /which registry\? .*longshore login/);
  });

  it('fails on a repository that does not exist', async () => {
    assert.equal((await run(['ls', 'localhost:5000/none'])).code, 3);
  });
});

describe('longshore inspect', () => {
  it('shows manifest, digest and size; the tag is latest unless given', async () => {
    const text = JSON.stringify({ schemaVersion: 2, layers: [] });
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json', 'docker-content-digest': digest };
    const { code, out, asked } = await run(['inspect', 'localhost:5000/team/app'], ({ pathname }) =>
      pathname.startsWith('/v2/') ? new Response(text, { headers }) : new Response(null, { status: 404 }),
    );
    assert.equal(code, 0);
    assert.deepEqual(asked, ['http://localhost:5000/api/v1/openapi.json', 'http://localhost:5000/v2/team/app/manifests/latest']);
    assert.deepEqual(JSON.parse(out), { digest, mediaType: headers['content-type'], sizeBytes: text.length, manifest: JSON.parse(text) });
  });
});

describe('verbs of the server', () => {
  const lines: string[] = [];
  const surroundings = {
    output: { out: (line: string) => void lines.push(line), err: (line: string) => void lines.push(line) },
    environment: {},
  };

  it('get the whole command line, and their exit code is passed on', async () => {
    const given: string[] = [];
    const server = { run: (argv: string[]) => Promise.resolve(given.push(...argv) + 7) };
    assert.equal(await runServerVerb(['gc', '--dry-run'], surroundings, () => Promise.resolve(server)), 9);
    assert.deepEqual(given, ['gc', '--dry-run']);
  });

  it('say how to get the server where it is not installed', async () => {
    assert.equal(await runServerVerb(['serve'], surroundings, () => Promise.resolve(undefined)), 1);
    assert.match(lines.join('\n'), /longshore serve: the server is not installed here.*\n.*npm start/);
  });
});
