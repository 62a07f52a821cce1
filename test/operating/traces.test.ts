import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { HttpClient } from '../protocol/http-client.ts';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { freePort } from '../tools/free-port.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { type ReceivedSpan, startTraceReceiver, type TraceReceiver } from './trace-receiver.ts';

const callerTrace = randomBytes(16).toString('hex');
const callerSpan = randomBytes(8).toString('hex');
const unwantedTrace = randomBytes(16).toString('hex');

let receiver: TraceReceiver;
let server: Longshore;
let requestId: string | undefined;
/** Traces some requests, then stops the server, which sends what is left. */
before(async () => {
  receiver = await startTraceReceiver();
  server = await startLongshore({
    args: ['--tracing-endpoint', `${receiver.url}/`, '--durability', 'relaxed', '--log-format', 'json'],
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=for-the-receiver' },
  });
  const client = new HttpClient(server.url);
  const authorization = basicAuthorization('admin', server.adminPassword);
  await pushImage({ client, repository: 'admin/app', authorization }, 'latest');
  const path = '/v2/admin/app/manifests/latest?password=in-the-query';
  const headers = { traceparent: `00-${callerTrace}-${callerSpan}-01`, 'user-agent': 'tracer/1' };
  const answer = await client.send('GET', path, { authorization, headers });
  requestId = answer.headers['x-request-id'] as string;
  await client.send('GET', '/v2/', { authorization, headers: { traceparent: `00-${unwantedTrace}-${callerSpan}-00` } });
  await client.send('GET', '/nowhere');
  client.close();
  await server.stop();
});
after(() => receiver.close());

function spanOf(matches: (span: ReceivedSpan) => boolean): ReceivedSpan {
  const [span, ...more] = receiver.spans.filter(matches);
  assert.ok(span !== undefined && more.length === 0);
  return span;
}

test('a request is a child of its caller, with the names of the HTTP conventions', () => {
  const span = spanOf(({ traceId }) => traceId === callerTrace);
  assert.equal(span.parentSpanId, callerSpan);
  assert.equal(span.name, 'GET /v2/{name}/manifests/{reference}');
  assert.equal(span.kind, 2);
  const { 'client.address': client, 'http.response.body.size': size, 'enduser.id': user, ...rest } = span.attributes;
  assert.equal(client, '127.0.0.1');
  assert.ok(Number(size) > 100);
  assert.match(String(user), /^user:\d+:admin$/);
  assert.deepEqual(rest, {
    'http.request.method': 'GET',
    'http.route': '/v2/{name}/manifests/{reference}',
    'http.response.status_code': 200,
    'http.request.body.size': 0,
    'url.path': '/v2/admin/app/manifests/latest',
    'user_agent.original': 'tracer/1',
    'longshore.repository': 'admin/app',
    'longshore.request_id': requestId,
  });
  assert.equal(span.resource['service.name'], 'longshore');
  const lasted = BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano);
  assert.ok(lasted > 0n && lasted < 60_000_000_000n);
});

test('what begins here is a trace of its own, and what a caller does not keep is not sent', () => {
  const span = spanOf(({ name }) => name === 'PUT /v2/{name}/manifests/{reference}');
  assert.equal(span.parentSpanId, undefined);
  assert.match(span.traceId, /^[0-9a-f]{32}$/);
  assert.equal(spanOf(({ attributes }) => attributes['url.path'] === '/nowhere').name, 'GET');
  assert.ok(!receiver.bodies.join('').includes(unwantedTrace));
});

test('a span holds no secrets', () => {
  const sent = receiver.bodies.join('\n');
  const basic = basicAuthorization('admin', server.adminPassword).slice('Basic '.length);
  for (const secret of [server.adminPassword, basic, 'in-the-query', 'password=']) assert.ok(!sent.includes(secret), secret);
});

test('the receiver gets the key that it wants', () => {
  assert.ok(receiver.headers.length > 0 && receiver.headers.every((headers) => headers['x-key'] === 'for-the-receiver'));
});

test('the line of a request names its trace', () => {
  const line = server
    .output()
    .split('\n')
    .find((text) => text.includes(`"requestId":"${requestId}"`));
  assert.equal((JSON.parse(line ?? '{}') as { traceId?: string }).traceId, callerTrace);
});

for (const { ratio, trusted, kept } of [
  { ratio: 0, trusted: true, kept: (spans: number) => spans === 64 },
  { ratio: 0, trusted: false, kept: (spans: number) => spans === 0 },
  // By the trace's id, which the caller chooses, it would be all or none.
  { ratio: 0.5, trusted: false, kept: (spans: number) => spans > 0 && spans < 64 },
]) {
  test(`that traces are kept is decided by ${trusted ? 'a trusted proxy' : `the ratio of ${ratio}, not by any client`}`, async (t) => {
    const own = await startTraceReceiver();
    t.after(() => own.close());
    const args = ['--tracing-endpoint', own.url, '--tracing-sample-ratio', String(ratio)];
    const asked = await startLongshore({ args: [...args, ...(trusted ? ['--trusted-proxies', '127.0.0.1'] : [])] });
    const client = new HttpClient(asked.url);
    const headers = { traceparent: `00-${callerTrace}-${callerSpan}-01` };
    for (let count = 0; count < 64; count += 1) await client.send('GET', '/v2/', { headers });
    client.close();
    await asked.stop();
    assert.ok(kept(own.spans.length), String(own.spans.length));
  });
}

test('a receiver that is not there is told of once, and keeps nobody waiting', async () => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const alone = await startLongshore({ args: ['--tracing-endpoint', endpoint] });
  const client = new HttpClient(alone.url);
  // More than a batch, so that several are sent.
  for (let count = 0; count < 1100; count += 1) await client.send('GET', '/v2/');
  client.close();
  await alone.stop();
  assert.equal(await alone.exited, 0);
  assert.equal(alone.output().match(/Traces cannot be sent and are lost/g)?.length, 1);
});
