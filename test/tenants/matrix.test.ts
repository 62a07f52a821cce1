import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { type Asked, asks } from './asked-actions.ts';
import { actions, expectedStatus, type Question } from './expectations.ts';
import { ruleNames } from './repository-state.ts';
import { buildTenants, type Tenants } from './tenants.ts';
import { askers, type PlannedAsker, type PlannedProject, paths, projects } from './tenants-plan.ts';
import { tracesOf } from './traces.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
let tenants: Tenants;
before(async () => {
  tenants = await buildTenants(registry);
});

/** A few paths and rules of each action in turn, so that every pair of them comes up. */
function questionsOf(project: PlannedProject, asker: PlannedAsker, turn: number): Question[] {
  return Object.entries(actions).flatMap(([action, { of, rule: ruled }], at) => {
    const rules = ruled === '-' ? (['none'] as const) : [ruleNames[0], ruleNames[1 + ((turn + at) % 2)] ?? 'none'];
    return rules.map((rule, next) => {
      const place = (turn + at + next) % paths.length;
      const path = of === 'repository' ? (paths[place] ?? '') : paths[0];
      return {
        asker,
        action,
        project,
        path,
        sourcePath: paths[(paths.indexOf(path as 'in/app') + 1 + (turn % 2)) % paths.length] ?? '',
        rule,
      };
    });
  });
}

let asked = 0;
const mismatches: string[] = [];

async function ask(question: Question, asker: PlannedAsker): Promise<void> {
  const { action, project, path, sourcePath, rule } = question;
  asked += 1;
  const at = tenants.stateOf(project.name, path);
  const source = tenants.stateOf(project.name, sourcePath);
  const credentials = await tenants.credentialsOf(asker, project.name, asked % 2 === 0);
  const context: Asked = { client: registry.client, ...credentials, project: project.name, at, source, tag: rule, unique: String(asked) };
  const trace = tracesOf(tenants.asAdministrator)[action];
  const earlier = await trace?.look(context);
  const answer = (await asks[action]?.(context)) ?? assert.fail(action);
  const later = await trace?.look(context);
  const expected = expectedStatus(question);
  const words = `${asker.name}: ${action} of ${project.name}/${path} (from ${sourcePath}, rule ${rule}), by ${asked % 2 === 0 ? 'Basic' : 'token'}`;
  if (answer.status !== expected)
    mismatches.push(`${words}: ${answer.status} instead of ${expected}: ${answer.body.toString().slice(0, 300)}`);
  if (answer.status === 401 && answer.headers['www-authenticate'] === undefined) mismatches.push(`${words}: 401 without a challenge`);
  if (trace === undefined) return;
  // 202 to a mount is the begin of an upload.
  const didIt = answer.status < 300 && !(action === 'mount a blob' && answer.status === 202);
  if ((earlier !== later) !== didIt) mismatches.push(`${words}: ${answer.status}, and ${didIt ? 'nothing' : 'something'} changed`);
  if (earlier !== later) await trace.undo?.(context, answer);
}

test('each of the questions is answered as the table says, and what is refused leaves no trace', async (t) => {
  const each = projects.map((project, at) => async () => {
    const here = askers.filter((asker) => asker.projects.includes(project));
    for (const [turn, asker] of here.entries()) {
      for (const question of questionsOf(project, asker, at + turn)) await ask(question, asker);
    }
  });
  await inTurns(each);
  t.diagnostic(`${asked} questions, ${mismatches.length} mismatches`);
  assert.ok(asked >= 2000, `${asked} questions`);
  assert.deepEqual(mismatches.slice(0, 40), []);
});

/** Projects beside each other; what is asked of one, one after the other. */
async function inTurns(work: (() => Promise<void>)[]): Promise<void> {
  const rest = [...work];
  const worker = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await next();
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
