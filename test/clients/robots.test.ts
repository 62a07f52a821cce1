import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { createClientHome } from './client-home.ts';
import { useClientRegistry } from './client-registry.ts';
import { assertSameLayout } from './oci-layout.ts';
import { realImages } from './real-images.ts';

describe('clients as robots', () => {
  const registry = useClientRegistry();

  /** Makes a robot of the registry that may push everywhere. */
  async function makeRobot(name: string): Promise<{ userName: string; secret: string }> {
    const { server } = registry();
    const answer = await fetch(`${server.url}/api/v1/robots`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`admin:${server.adminPassword}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name, permissions: [{ role: 'writer' }] }),
    });
    assert.equal(answer.status, 201);
    const { robot, secret } = (await answer.json()) as { robot: { userName: string }; secret: string };
    return { userName: robot.userName, secret };
  }

  for (const [program, insecure] of [
    ['docker', []],
    ['skopeo', ['--tls-verify=false']],
  ] as const) {
    test(`${program} login: with the robot's own user name alone`, async (t) => {
      if (requirePrograms(t, program) === undefined) return;
      const { host } = registry();
      const { userName, secret } = await makeRobot(`${program}-login`);
      const home = await createClientHome();
      t.after(home.remove);
      const login = (name: string) =>
        home.try(program, ['login', ...insecure, '--username', name, '--password-stdin', host], { input: secret });
      assert.notEqual((await login(`${userName}x`)).code, 0, 'another user name was accepted');
      const right = await login(userName);
      assert.equal(right.code, 0, right.stdout + right.stderr);
    });
  }

  test('skopeo pushes and pulls with what it kept of the login', async (t) => {
    if (requirePrograms(t, 'skopeo') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { host, reference } = registry();
    const { userName, secret } = await makeRobot('skopeo-copy');
    const home = await createClientHome({ host, user: userName, password: secret });
    t.after(home.remove);
    const copy = ['--insecure-policy', 'copy', '--quiet', '--all'];
    const target = `docker://${reference('clients/robots:image')}`;
    await home.run('skopeo', [...copy, '--dest-tls-verify=false', `oci:${images.image}:application`, target]);
    const pulled = home.path('pulled');
    await home.run('skopeo', [...copy, '--src-tls-verify=false', target, `oci:${pulled}:application`]);
    await assertSameLayout(pulled, images.image);
  });

  test('crane pushes with a robot and is refused with a secret that nobody has', async (t) => {
    if (requirePrograms(t, 'crane') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const { host, reference } = registry();
    const { userName, secret } = await makeRobot('crane');
    const home = await createClientHome();
    t.after(home.remove);
    const login = ['auth', 'login', host, '--username', userName, '--password-stdin'];
    const push = ['push', '--index', images.index, reference('clients/robots:crane')];
    await home.run('crane', login, { input: `lsr_${'A'.repeat(43)}` });
    assert.match((await home.try('crane', push)).stderr, /401|UNAUTHORIZED/i);
    await home.run('crane', login, { input: secret });
    await home.run('crane', push);
  });
});
