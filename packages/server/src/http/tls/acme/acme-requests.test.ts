import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { makeAuthority, makeServerCertificate } from '../certificate-writer.ts';
import { newPrivateKey } from './account-key.ts';
import { AcmeError } from './acme-error.ts';
import { AcmeRequests } from './acme-requests.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('requests to a certificate authority', () => {
  const authority = makeAuthority(['127.0.0.1'], new Date());
  const { certificate, key } = makeServerCertificate(authority, ['127.0.0.1'], new Date());
  const server = createServer({ cert: certificate.toString(), key: key.export({ type: 'pkcs8', format: 'pem' }) });
  const signer = { key: newPrivateKey(), accountUrl: undefined };
  let root = '';
  let answers: Record<string, Answer> = {};
  before(async () => {
    server.on('request', (request, response) => {
      request.resume();
      (answers[request.url ?? ''] ?? ((_, given) => given.writeHead(404).end('{}')))(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    root = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close().closeAllConnections());
  beforeEach(() => {
    const directory = { newNonce: `${root}/nonce`, newAccount: `${root}/account`, newOrder: `${root}/order` };
    answers = {
      '/dir': (_, response) => response.end(JSON.stringify(directory)),
      '/nonce': (_, response) => response.writeHead(200, { 'Replay-Nonce': 'fresh' }).end(),
    };
  });

  /** Requests that trust this authority, closed with the test. */
  const open = (authorities = [authority.certificate.toString()], signal = new AbortController().signal) => {
    const requests = new AcmeRequests({ directory: `${root}/dir`, authorities, userAgent: 'test/1', signal });
    return Object.assign(requests, { [Symbol.dispose]: () => requests.close() });
  };
  const fails = (type: string, message: RegExp) => (error: unknown) =>
    error instanceof AcmeError && error.type === type && message.test(error.message);

  it('are made over TLS alone, to whom an authority that is trusted vouches for, whatever address an answer names', async () => {
    using requests = open();
    await assert.rejects(
      requests.get(root.replace('https:', 'http:'), 'the directory'),
      fails('unexpected', /the directory is no https address/),
    );
    using distrustful = open([]);
    await assert.rejects(distrustful.directory(), fails('unreachable', /cannot be asked: .*certificate/));
    answers['/dir'] = (_, response) => response.end(JSON.stringify({ newNonce: 'http://127.0.0.1/', newAccount: root, newOrder: root }));
    await assert.rejects(requests.directory(), fails('unexpected', /newNonce of the directory is no https address/));
  });

  it('try again with the nonce of a refusal, and give up when every nonce is refused', async () => {
    using requests = open();
    const seen: string[] = [];
    let refusals = 3;
    answers['/order'] = (request, response) => {
      let body = '';
      request.on('data', (piece) => (body += piece));
      request.on('end', () => {
        const head = JSON.parse(Buffer.from(JSON.parse(body).protected, 'base64url').toString());
        seen.push(head.nonce);
        assert.equal(head.url, `${root}/order`);
        assert.equal(head.alg, 'ES256');
        refusals -= 1;
        if (refusals < 0) response.writeHead(201, { Location: `${root}/order/1` }).end('{}');
        else {
          const problem = { type: 'urn:ietf:params:acme:error:badNonce', detail: 'no' };
          response.writeHead(400, { 'Replay-Nonce': `n${refusals}` }).end(JSON.stringify(problem));
        }
      });
    };
    const { location } = await requests.post(signer, `${root}/order`, {});
    assert.equal(location, `${root}/order/1`);
    assert.deepEqual(seen, ['fresh', 'n2', 'n1', 'n0']);
    refusals = Number.POSITIVE_INFINITY;
    await assert.rejects(requests.post(signer, `${root}/order`, {}), fails('badNonce', /refused \(400 badNonce\): no/));
    assert.equal(seen.length, 4 + 11);
  });

  it('say why they were refused and for how long to wait, in bounded words', async () => {
    using requests = open();
    const subproblems = [{ detail: 'one.example' }, { type: 'urn:two' }];
    answers['/order'] = (_, response) =>
      response
        .writeHead(429, { 'Retry-After': '120' })
        .end(JSON.stringify({ type: 'urn:ietf:params:acme:error:rateLimited', detail: 'x'.repeat(9000), subproblems }));
    const error = await requests.post(signer, `${root}/order`, {}).catch((caught: unknown) => caught);
    assert.ok(error instanceof AcmeError && error.keepsOrder && !error.wasNotCounted);
    assert.equal(error.retryAfterMs, 120_000);
    assert.match(error.message, /x{500}; one\.example; urn:two$/);
    assert.doesNotMatch(error.message, /x{501}/);
    answers['/order'] = (_, response) =>
      response.writeHead(503, { 'Retry-After': new Date(Date.now() + 60_000).toUTCString() }).end('<html>');
    const away = await requests.post(signer, `${root}/order`, {}).catch((caught: unknown) => caught);
    assert.ok(away instanceof AcmeError && away.wasNotCounted);
    assert.ok((away.retryAfterMs ?? 0) > 50_000 && (away.retryAfterMs ?? 0) <= 60_000);
  });

  it('take no answer that is endless or no JSON, and end with the signal', async () => {
    using requests = open();
    answers['/dir'] = (_, response) => {
      const more = () => response.write(Buffer.alloc(65_536)) && setImmediate(more);
      response.on('drain', more).on('close', () => response.removeAllListeners('drain'));
      more();
    };
    await assert.rejects(requests.directory(), fails('unexpected', /more than 1 MiB/));
    answers['/dir'] = (_, response) => response.end('[]');
    await assert.rejects(requests.directory(), fails('unexpected', /the directory is no object/));
    const stopped = new AbortController();
    using waiting = open(undefined, stopped.signal);
    const asked = Promise.withResolvers<void>();
    answers['/dir'] = () => asked.resolve();
    const directory = waiting.directory();
    await asked.promise;
    stopped.abort(new Error('enough'));
    await assert.rejects(directory, /enough/);
  });
});
