import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contentRows } from '../commands/api/content.ts';
import { machineRows } from '../commands/api/machines.ts';
import { operationRows } from '../commands/api/operation-rows.ts';
import { peopleRows } from '../commands/api/people.ts';
import { projectRows } from '../commands/api/projects.ts';
import { clientCommands } from '../commands/index.ts';
import { main } from '../main.ts';
import { headingsOf } from '../output/table.ts';
import { recordedSurroundings } from '../testing/recorded-surroundings.ts';
import { sayInChinese } from './say-in-chinese.ts';

const allRows = [...contentRows, ...machineRows, ...operationRows, ...peopleRows, ...projectRows];
const escapes = /\u001b\[\d+m/g;

/** Names that stay what they are: of products, formats and protocols, and words that are typed. */
const names =
  /\b(Longshore|longshore|Kubernetes|kubectl|kustomize|kustomization|Kustomize|Helm|helm|values|docker|containerd|Docker|Hub|cosign|bash|zsh|fish|shell|API|OpenAPI|OCI|JSON|YAML|PEM|TLS|URL|CIDR|Webhook|SBOM|ETag|cron|Lines|jq|CSV|Deployment|StatefulSet|CronJob|Service|Secret|Ingress|HTTP|TCP|UDP|CPU|ClusterIP|NodePort|LoadBalancer|CEL|CA|LDAP|Ctrl|digest|blob|tag|MiB|GiB|Pod|sha256|root|UTC|HTTPS|IP|ID|CPU|label|promote|Chart|chart)\b/g;
/** What one types: placeholders, flags, paths, examples of values. */
const typed = /`[^`]*`|--?[a-z][\w-]*|\b[A-Z][A-Z0-9_/|:[\]-]+\b|[\w.+-]*[/*:=][\w./*:=+-]*|\b[\w-]+\.[\w.-]+|\b\w*\d\w*\b|\([a-z ]+\)/g;

/** Values that flags take without a list of them. */
const values = ['null', 'none', 'off', 'never', 'apply', 'etc', 'whsec'];
const verbs = new Set(clientCommands.flatMap(({ name }) => name.split(' ')));

/** Words of the Latin alphabet that a text has besides names and what is typed; `own`: values that the command takes. */
function latinWords(text: string, own: ReadonlySet<string> = new Set()): string[] {
  const words =
    text
      .replace(typed, ' ')
      .replace(names, ' ')
      .match(/[A-Za-z]{2,}/g) ?? [];
  return words.filter((word) => !own.has(word) && !verbs.has(word));
}

/** A run of the command in Chinese, in a terminal that is wide enough. */
async function inChinese(argv: readonly string[], answer?: () => Response) {
  const environment = { LONGSHORE_LANG: 'zh', LONGSHORE_SERVER: 'https://registry.example' };
  const surroundings = recordedSurroundings(answer, { environment, terminal: { stdoutIsTty: true, columns: 400 } });
  const code = await main(argv, surroundings);
  return { code, lines: [...surroundings.outLines, ...surroundings.errLines] };
}

/** The lines of a help that are said, not typed: without usage and examples; of flags what stands behind them. */
function saidLines(help: string): string[] {
  const [summary = '', ...rest] = help.split('\n');
  const flags = rest.slice(rest.indexOf('参数：') + 1).map((line) => line.replace(/^ {2}\S.*?(?: {2,}|$)/, ''));
  return [summary, ...flags];
}

describe('Chinese', () => {
  it('is all that the help of a command says', async () => {
    assert.ok(clientCommands.length > 100);
    const english: string[] = [];
    for (const { name, flags } of clientCommands) {
      const own = new Set([...flags.flatMap(({ choices = [], name: flag }) => [flag, ...choices]), ...values]);
      const { lines } = await inChinese([...name.split(' '), '--help']);
      for (const line of saidLines(lines.join('\n'))) {
        const words = latinWords(line, own);
        if (words.length > 0) english.push(`${name}: ${words.join(' ')}: ${line}`);
      }
    }
    assert.deepEqual(english, []);
  });

  it('is all that tables say', async () => {
    const columns = new Set(allRows.flatMap((row) => headingsOf(row.columns ?? [])));
    assert.ok(columns.size > 40);
    assert.deepEqual(
      [...columns].filter((heading) => sayInChinese(heading) === heading),
      [],
    );
    const job = {
      id: '7',
      name: 'garbage-collection',
      state: 'failed',
      attempts: 3,
      requestedBy: 'user:3:mei',
      createdAt: '2020-01-01T00:00:00Z',
    };
    const failure = 'It was begun 3 times, and its worker died each time.';
    const { lines } = await inChinese(['job', 'ls'], () => Response.json({ items: [{ ...job, failure }] }));
    assert.equal(lines.length, 2);
    assert.match(lines[1] ?? '', /失败 .* mei .* \d+ 年前 .*任务启动了 3 次/);
    assert.deepEqual(latinWords((lines[0] ?? '').replaceAll(escapes, '')), []);
  });

  it('is what a refusal of the registry is read in', async () => {
    const detail = 'There is a project team already: take another name.';
    const problem = { type: '/problems/name-taken', title: 'The name is taken', status: 409, detail, requestId: 'r1' };
    const refusal = () => Response.json(problem, { status: 409, headers: { 'content-type': 'application/problem+json' } });
    const { code, lines } = await inChinese(['project', 'create', 'team'], refusal);
    assert.deepEqual([code, lines], [5, ['longshore project create: 已有项目 team：请换一个名称。']]);

    const faults = [{ pointer: '/visibility', detail: 'must be equal to one of the allowed values' }];
    const malformed = {
      type: '/problems/invalid',
      title: 'Wrong',
      status: 400,
      detail: `/visibility: ${faults[0]?.detail}.`,
      errors: faults,
    };
    const refused = await inChinese(['project', 'create', 'team'], () =>
      Response.json(malformed, { status: 400, headers: { 'content-type': 'application/problem+json' } }),
    );
    assert.deepEqual([refused.code, refused.lines[0]], [2, 'longshore project create: /visibility：不是允许的值之一。']);
  });
});
