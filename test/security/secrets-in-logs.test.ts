import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { expectAnswer, jsonOf } from '../protocol/expected-answer.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { startLongshore } from '../tools/longshore.ts';

/** Makes a robot, rotates its secret and logs in with both, well and under a wrong name; answers the secrets. */
async function useRobot(client: HttpClient, authorization: string): Promise<string[]> {
  const send = (path: string, json: object) =>
    client.send('POST', path, { authorization, body: JSON.stringify(json), headers: { 'content-type': 'application/json' } });
  type WithSecret = { secret: string; robot: { id: string } };
  const made = jsonOf<WithSecret>(expectAnswer(await send('/api/v1/robots', { name: 'ci', permissions: [] }), { status: 201 }));
  const rotated = jsonOf<WithSecret>(expectAnswer(await send(`/api/v1/robots/${made.robot.id}/rotate`, {}), { status: 200 }));
  const secrets = [made.secret, rotated.secret];
  for (const secret of secrets) {
    for (const [name, status] of [
      ['robot+ci', 200],
      ['robot+cd', 401],
    ] as const) {
      expectAnswer(await client.send('GET', '/v2/', { authorization: basicAuthorization(name, secret) }), { status });
    }
    expectAnswer(await client.send('GET', '/api/v1/me', { authorization: `Bearer ${secret}` }), { status: 200 });
    expectAnswer(await client.send('GET', '/api/v1/me', { authorization: `Bearer ${secret}x` }), { status: 401 });
  }
  return secrets;
}

test('no secret is written to the log, by a whole login and push and by everything that goes wrong on the way', async () => {
  const server = await startLongshore({ args: ['--log-level', 'debug', '--durability', 'relaxed'] });
  after(() => server.stop());
  const client = new HttpClient(server.url);
  after(() => client.close());
  const secrets = [server.adminPassword, 'a-mistyped-password'];
  const basic = basicAuthorization('admin', server.adminPassword);
  const wrong = basicAuthorization('admin', 'a-mistyped-password');
  secrets.push(basic.slice('Basic '.length), wrong.slice('Basic '.length));

  expectAnswer(await client.send('GET', '/v2/', { authorization: wrong }), { status: 401 });
  const query = 'service=longshore&offline_token=true&scope=repository:admin/app:pull,push';
  const login = expectAnswer(await client.send('GET', `/auth/token?${query}`, { authorization: basic }), { status: 200 });
  const { token, refresh_token: refreshToken } = jsonOf<{ token: string; refresh_token: string }>(login);
  secrets.push(token, refreshToken);
  const form = (fields: Record<string, string>) => ({
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
  const grants = [
    [form({ grant_type: 'password', username: 'admin', password: server.adminPassword }), 200],
    [form({ grant_type: 'password', username: 'admin', password: 'a-mistyped-password' }), 401],
    [form({ grant_type: 'refresh_token', refresh_token: refreshToken }), 200],
    [form({ grant_type: 'refresh_token', refresh_token: `${refreshToken}x` }), 401],
  ] as const;
  for (const [request, status] of grants) expectAnswer(await client.send('POST', '/auth/token', request), { status });
  await pushImage({ client, repository: 'admin/app', authorization: `Bearer ${token}` }, 'latest');
  expectAnswer(await client.send('GET', '/v2/admin/app/manifests/latest', { authorization: `Bearer ${token}x` }), { status: 401 });
  expectAnswer(await client.send('GET', `/v2/admin/app/tags/list?token=${token}`, { authorization: basic }), { status: 200 });
  secrets.push(...(await useRobot(client, basic)));
  await server.stop();

  const log = server.output();
  assert.match(log, /listening/);
  for (const secret of secrets) assert.ok(!log.includes(secret), `${secret.slice(0, 4)}... in:\n${log}`);
  const [, , signature = ''] = token.split('.');
  assert.ok(signature.length > 20 && !log.includes(signature));
});
