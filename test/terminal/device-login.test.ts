import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { HttpClient } from '../protocol/http-client.ts';
import { Browser, csrfOf } from '../security/browser.ts';
import { commandPath } from '../tools/command-line.ts';
import { startLongshore } from '../tools/longshore.ts';
import { startAtTerminal } from '../tools/pseudo-terminal.ts';
import { commandHome } from './client-home.ts';

test('a machine without a browser is let in by somebody who has one, or refused', async () => {
  const [server, home] = await Promise.all([startLongshore(), commandHome()]);
  const client = new HttpClient(server.url);
  try {
    const browser = new Browser({ client, url: server.url });
    await browser.signIn('admin', server.adminPassword);
    const begin = async (action: 'allow' | 'deny') => {
      const login = startAtTerminal([process.execPath, commandPath, 'login', server.host, '--device'], { env: home.env });
      const [, page = '', code = ''] = await login.until(/Open (\S+) in a browser and type the code ([A-Z]{4}-[A-Z]{4})/);
      assert.equal(page, `${server.url}/auth/device`);
      const csrf = csrfOf(await browser.get('/auth/device'));
      const asked = await browser.post('/auth/device/confirm', { csrf, user_code: code, action: 'show' });
      assert.match(asked.text, /longshore on /);
      assert.equal((await browser.post('/auth/device/confirm', { csrf: csrfOf(asked), user_code: code, action })).status, 200);
      return login;
    };
    const config = join(home.path, '.docker', 'config.json');
    const denied = await begin('deny');
    assert.equal(await denied.ended, 1, denied.shown());
    assert.match(denied.shown(), /was not let in/);
    await assert.rejects(stat(config), { code: 'ENOENT' });

    const login = await begin('allow');
    assert.equal(await login.ended, 0, login.shown());
    assert.match(login.shown(), /Logged in to .* as admin\./);
    assert.equal((await stat(config)).mode & 0o777, 0o600);
    const { auths } = JSON.parse(await readFile(config, 'utf8'));
    const [, token = ''] = Buffer.from(auths[server.host].auth, 'base64').toString().split(':');
    assert.match(token, /^lsp_/, 'a token of its own, and no password');
    assert.ok(!login.shown().includes(token));
    assert.equal((await home.run('whoami -o name')).stdout, 'admin\n');
    assert.match((await home.run('token ls')).stdout, /longshore on /, 'it is listed, and can be taken away');
    assert.equal((await home.run('logout')).code, 0);
    assert.doesNotMatch(await readFile(config, 'utf8'), new RegExp(server.host));
  } finally {
    client.close();
    await home.remove();
    await server.stop();
  }
});
