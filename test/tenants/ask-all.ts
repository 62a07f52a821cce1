import assert from 'node:assert/strict';
import type { TestClient } from '../protocol/http-client.ts';
import { type Asked, asks } from './asked-actions.ts';
import { actions, expectedStatus, type Question } from './expectations.ts';
import { ruleNames } from './repository-state.ts';
import type { Tenants } from './tenants.ts';
import { type PlannedAsker, type PlannedProject, paths } from './tenants-plan.ts';
import { tracesOf } from './traces.ts';

interface AskedQuestion extends Question {
  readonly asker: PlannedAsker;
  /** With name and secret in every request, or with a token. */
  readonly isBasic: boolean;
  readonly number: number;
}

/** Asks every question, and compares the answers with the table; what does not fit is told in words. */
export async function askAll(client: TestClient, tenants: Tenants): Promise<{ asked: number; mismatches: string[] }> {
  const { projects, askers } = tenants.plan;
  const mismatches: string[] = [];
  let asked = 0;
  const works = projects.map((project, at) => async () => {
    const here = askers.filter((asker) => asker.projects.includes(project));
    for (const question of here.flatMap((asker, turn) => questionsOf(project, asker, at + turn))) {
      asked += 1;
      mismatches.push(...(await ask(client, tenants, question)));
    }
  });
  await inTurns(works);
  return { asked, mismatches };
}

/** Every action, on paths and under rules in turn, so that every pair of them comes up. */
function questionsOf(project: PlannedProject, asker: PlannedAsker, turn: number): AskedQuestion[] {
  return Object.entries(actions).flatMap(([action, { of, rule: ruled }], at) => {
    const rules = ruled === '-' ? (['none'] as const) : (['none', ruleNames[1 + ((turn + at) % 2)] ?? 'none'] as const);
    return rules.map((rule, next) => {
      const place = of === 'repository' ? (turn + at + next) % paths.length : 0;
      const [path = '', sourcePath = ''] = [paths[place], paths[(place + 1 + (turn % 2)) % paths.length]];
      const number = turn * 100 + at * 2 + next;
      return { asker, action, project, path, sourcePath, rule, number, isBasic: (turn + at + next) % 2 === 0 };
    });
  });
}

async function ask(client: TestClient, tenants: Tenants, question: AskedQuestion): Promise<string[]> {
  const { asker, action, project, path, sourcePath, rule, isBasic, number } = question;
  const [at, source] = [tenants.stateOf(project.name, path), tenants.stateOf(project.name, sourcePath)];
  const credentials = await tenants.credentialsOf(asker, project.name, isBasic);
  const context: Asked = { client, ...credentials, project: project.name, at, source, tag: rule, unique: String(number) };
  const trace = tracesOf(tenants.asAdministrator)[action];
  const earlier = await trace?.look(context);
  const answer = (await asks[action]?.(context)) ?? assert.fail(action);
  const later = await trace?.look(context);
  const expected = expectedStatus(question);
  const words = `${asker.name}: ${action}, ${project.name}/${path} from ${sourcePath}, rule ${rule}, by ${isBasic ? 'Basic' : 'token'}`;
  const wrong: string[] = [];
  if (answer.status !== expected) wrong.push(`${words}: ${answer.status}, not ${expected}: ${answer.body.toString().slice(0, 300)}`);
  if (answer.status === 401 && answer.headers['www-authenticate'] === undefined) wrong.push(`${words}: 401 without a challenge`);
  if (trace === undefined) return wrong;
  // 202 to a mount is the begin of an upload.
  const didIt = answer.status < 300 && !(action === 'mount a blob' && answer.status === 202);
  if ((earlier !== later) !== didIt) wrong.push(`${words}: ${answer.status}, and ${didIt ? 'nothing' : 'something'} changed`);
  if (earlier !== later) await trace.undo?.(context, answer);
  return wrong;
}

/** Projects beside each other; what is asked of one, one after the other. */
async function inTurns(works: (() => Promise<void>)[]): Promise<void> {
  const rest = [...works];
  const worker = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await next();
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
