import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '../registry/ports/request-observer.ts';
import { type AccessLogOptions, createAccessLog } from './access-log.ts';
import { jsonLines, textLines } from './line-format.ts';
import type { LogOutput } from './log-output.ts';
import { pull } from './pull-record-bench.ts';

function linesOf(options: AccessLogOptions, records: readonly RequestRecord[], format = jsonLines, traceId?: string): string[] {
  const lines: string[] = [];
  const ends: (() => void)[] = [];
  const output: LogOutput = {
    write: (line) => lines.push(line),
    dropped: () => 0,
    beforeEnd: (write) => ends.push(write),
    flush: async () => undefined,
  };
  const log = createAccessLog(options, format, output);
  for (const record of records) log?.(record, traceId);
  for (const write of ends) write();
  return lines.map((line) => line.replace(/\d{4}-[^" ]+Z/, 'T'));
}

const all = { level: 'info', requests: 'all' } as const;

test('a line has what is known of the request', () => {
  assert.deepEqual(linesOf(all, [pull], jsonLines, 'f'.repeat(32)), [
    '{"time":"T","level":"info","message":"request","requestId":"abcdefghijkl","traceId":"ffffffffffffffffffffffffffffffff","method":"GET",' +
      '"path":"/v2/team/app/manifests/latest","route":"manifest","repository":"team/app","status":200,"subject":"user:1:alice",' +
      '"client":"192.0.2.7","bytesReceived":0,"bytesSent":1734,"durationMs":0.412,"userAgent":"containerd/2.4.2"}\n',
  ]);
  const cut = { ...pull, status: 0, completed: false, repository: undefined, subject: undefined, userAgent: undefined };
  assert.deepEqual(linesOf(all, [cut], textLines), [
    'T info  request requestId=abcdefghijkl method=GET path=/v2/team/app/manifests/latest route=manifest status=0 completed=false ' +
      'client=192.0.2.7 bytesReceived=0 bytesSent=1734 durationMs=0.412\n',
  ]);
});

test('log injection: a request is one line, whatever its path and user agent are', () => {
  const evil = '/v2/a\n{"level":"info","status":200}\u001b[2J\u2028"x" status=200';
  for (const format of [jsonLines, textLines]) {
    const [line = '', ...more] = linesOf(all, [{ ...pull, path: evil, userAgent: evil, repository: evil, subject: evil }], format);
    assert.match(line, /^[\x20-\x7e]+\n$/);
    assert.deepEqual(more, []);
  }
  const [long = ''] = linesOf(all, [{ ...pull, path: `/${'x'.repeat(60_000)}`, userAgent: 'y'.repeat(60_000) }]);
  assert.ok(long.length < 3000);
});

test('the user agent of one client is not that of the next', () => {
  const agents = ['a/1', 'a/1', undefined, 'b/1', undefined];
  const lines = linesOf(
    all,
    agents.map((userAgent) => ({ ...pull, userAgent })),
  );
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { userAgent?: string }).userAgent),
    agents,
  );
});

const statuses = [0, 200, 404, 500];
const rows: readonly (readonly [AccessLogOptions, readonly number[]])[] = [
  [all, [0, 200, 404, 500]],
  [{ level: 'info', requests: 'sampled' }, [0, 200, 404, 500]],
  [{ level: 'info', requests: 'errors' }, [0, 404, 500]],
  [{ level: 'info', requests: 'off' }, []],
  [{ level: 'warn', requests: 'all' }, [500]],
  [{ level: 'warn', requests: 'sampled' }, [500]],
  [{ level: 'error', requests: 'all' }, []],
];
for (const [options, expected] of rows) {
  test(`level ${options.level} and requests ${options.requests} choose`, () => {
    const lines = linesOf(
      options,
      statuses.map((status) => ({ ...pull, status })),
    );
    const levels = lines.map((line) => JSON.parse(line) as { status: number; level: string });
    assert.deepEqual(
      levels.map(({ status }) => status),
      expected,
    );
    for (const { status, level } of levels) assert.equal(level, status === 500 ? 'warn' : 'info');
  });
}

test('pages that machines ask for are for debug, unless they fail', () => {
  const page = { ...pull, route: '/readyz', path: '/readyz' };
  assert.equal(linesOf(all, [page]).length, 0);
  assert.equal(linesOf(all, [{ ...page, status: 503 }]).length, 1);
  assert.equal(linesOf({ level: 'debug', requests: 'all' }, [page]).length, 1);
});

test('requests that sampling leaves out are told of in one line, pages that get none are not among them', () => {
  const flood = [...Array.from({ length: 502 }, () => pull), { ...pull, route: '/readyz', path: '/readyz' }];
  const sampled = { level: 'info', requests: 'sampled' } as const;
  const lines = linesOf(sampled, flood);
  assert.equal(lines.length, 501);
  assert.match(lines.at(-1) ?? '', /^\{"time":"T","level":"info","message":"requests left out","count":2,"windowMs":\d+\}\n$/);
  assert.match(linesOf(sampled, flood, textLines).at(-1) ?? '', /^T info {2}requests left out count=2 windowMs=\d+\n$/);
  assert.equal(linesOf(all, flood).length, 502);
  assert.equal(linesOf({ level: 'warn', requests: 'sampled' }, flood).length, 0);
});
