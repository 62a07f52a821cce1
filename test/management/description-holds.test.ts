// The API against its own description, by schemathesis: whatever may be asked, no 5xx and no answer that is not described. It reads the
// description from the server, so it covers the operations of every feature.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { addUser, createAccessToken } from '../../packages/server/src/identity/accounts.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { requirePrograms } from '../tools/programs.ts';
import { tryProgram } from '../tools/run-program.ts';

const settings = fileURLToPath(new URL('./schemathesis.toml', import.meta.url));

/** What an answer is held to. Which credentials are asked for is tested elsewhere: here wrong ones would only lock the address out. */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
  'allow_header_conformance',
];

for (const who of ['an administrator', 'a member of a project'] as const) {
  test(`what ${who} is answered is what the description says`, { timeout: 600_000 }, async (t) => {
    const programs = requirePrograms(t, 'schemathesis');
    if (programs === undefined) return;
    // Nothing that a made-up address names can be reached: nobody listens on port 1.
    await using registry = await startRegistry({ flags: ['--limits-requests-per-second-per-address', '0', '--outgoing-ports', '1'] });
    const { metadata, client } = registry;
    const now = Date.now();
    const member = await registry.addUser('alice', { team: 'maintainer' });
    const administrator = await addUser(metadata, { name: 'root', administrator: true, now });
    const user = who === 'an administrator' ? administrator.user : member.user;
    const { token } = await createAccessToken(metadata, user, { name: 'schemathesis', now });
    for (const tag of ['1.0', 'latest']) await pushImage({ client, repository: 'team/app', authorization: member.basic }, tag);
    const { code, stdout, stderr } = await tryProgram(
      programs.schemathesis,
      [
        ...['--config-file', settings, 'run', `${registry.url}/api/v1/openapi.json`, '--header', `Authorization: Bearer ${token}`],
        ...['--checks', checks.join(','), '--phases', 'examples,coverage,fuzzing', '--max-examples', '8', '--max-time', '20'],
        ...['--seed', '1', '--generation-database', 'none', '--suppress-health-check', 'all', '--warnings', 'off', '--no-color'],
      ],
      { timeoutMs: 590_000 },
    );
    t.diagnostic(stdout.split('\n').slice(-25).join('\n'));
    // Lines may have as many characters as an address.
    const report = stdout.split('\n').map((line) => line.slice(0, 300));
    assert.equal(code, 0, `${report.slice(-200).join('\n')}\n${stderr}`);
  });
}
