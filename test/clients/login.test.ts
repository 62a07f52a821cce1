import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { type ClientHome, createClientHome } from './client-home.ts';
import { useClientRegistry } from './client-registry.ts';
import { realImages } from './real-images.ts';

interface LoginClient {
  readonly program: string;
  /** The arguments that log in with the password from standard input. */
  login(host: string): string[];
  readonly prepare?: (home: ClientHome, host: string) => Promise<unknown>;
}

const clients: readonly LoginClient[] = [
  { program: 'docker', login: (host) => ['login', '--username', 'admin', '--password-stdin', host] },
  { program: 'skopeo', login: (host) => ['login', '--tls-verify=false', '--username', 'admin', '--password-stdin', host] },
  { program: 'buildah', login: (host) => ['login', '--tls-verify=false', '--username', 'admin', '--password-stdin', host] },
  { program: 'helm', login: (host) => ['registry', 'login', '--plain-http', '--username', 'admin', '--password-stdin', host] },
  {
    program: 'regctl',
    login: (host) => ['registry', 'login', '--user', 'admin', '--pass-stdin', host],
    prepare: (home, host) => home.run('regctl', ['registry', 'set', '--skip-check', '--tls', 'disabled', host]),
  },
];

for (const { program, login, prepare } of clients) {
  describe(`${program} login`, () => {
    // A server for each client: after a few wrong passwords it makes the next try wait.
    const registry = useClientRegistry();

    test('accepts the right password and refuses a wrong one', async (t) => {
      if (requirePrograms(t, program) === undefined) return;
      const { host, server } = registry();
      const home = await createClientHome();
      t.after(home.remove);
      await prepare?.(home, host);
      const wrong = await home.try(program, login(host), { input: `${server.adminPassword}x` });
      assert.notEqual(wrong.code, 0, 'a wrong password was accepted');
      assert.match(wrong.stdout + wrong.stderr, /401|unauthorized|invalid username\/password/i);
      const right = await home.try(program, login(host), { input: server.adminPassword });
      assert.equal(right.code, 0, right.stdout + right.stderr);
    });
  });
}

describe('crane login', () => {
  const registry = useClientRegistry();

  test('stores any password, but only the right one pushes', async (t) => {
    if (requirePrograms(t, 'crane') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { host, server, reference } = registry();
    const home = await createClientHome();
    t.after(home.remove);
    const login = ['auth', 'login', host, '--username', 'admin', '--password-stdin'];
    const push = ['push', '--index', images.index, reference('clients/login:crane')];
    await home.run('crane', login, { input: `${server.adminPassword}x` });
    const wrong = await home.try('crane', push);
    assert.notEqual(wrong.code, 0, 'a wrong password was accepted');
    assert.match(wrong.stderr, /401|UNAUTHORIZED/i);
    await home.run('crane', login, { input: server.adminPassword });
    await home.run('crane', push);
  });
});
