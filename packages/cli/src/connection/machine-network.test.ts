import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { describe, it } from 'node:test';
import { machineFetch, proxyFor } from './machine-network.ts';

describe('the network of a machine', () => {
  const proxyOf = (url: string, environment: Record<string, string>) => proxyFor(new URL(url), environment)?.variable;

  it('a proxy is for what NO_PROXY does not name, and never for this machine', () => {
    const set = { HTTP_PROXY: 'http://p:1', https_proxy: 'http://p:2', HTTPS_PROXY: 'http://p:3' };
    assert.equal(proxyOf('http://r.example', set), 'HTTP_PROXY');
    assert.equal(proxyOf('https://r.example', set), 'https_proxy');
    assert.equal(proxyOf('https://r.example', { HTTP_PROXY: 'http://p:1' }), 'HTTP_PROXY');
    assert.equal(proxyOf('http://r.example', { HTTPS_PROXY: 'http://p:1' }), undefined);
    for (const here of ['http://localhost:5000', 'http://127.0.0.1:5000', 'http://[::1]:5000', 'http://a.localhost']) {
      assert.equal(proxyOf(here, set), undefined, here);
    }
    assert.throws(() => proxyOf('https://r.example', { HTTPS_PROXY: 'p:1' }), /HTTPS_PROXY is not the address of an HTTP proxy/);
  });

  it('fetch goes through a proxy exactly where it is said to', async (t) => {
    const [seen, reached]: [string[], string[]] = [[], []];
    const proxy = createServer();
    proxy.on('connect', ({ url = '' }, socket) => {
      seen.push(url);
      const [host, port] = url.split(':');
      const onward = connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const)
        from.on('error', () => to.destroy()).pipe(to);
    });
    const other = createServer((request, response) => {
      reached.push(request.url ?? '');
      response.end();
    });
    proxy.listen(0, '127.0.0.1');
    other.listen(0, '127.0.0.2');
    await Promise.all([once(proxy, 'listening'), once(other, 'listening')]);
    t.after(() => {
      proxy.close();
      proxy.closeAllConnections();
      other.close();
      other.closeAllConnections();
    });
    const port = (other.address() as AddressInfo).port;
    const target = `http://127.0.0.2:${port}/`;
    for (const exempt of [
      '',
      'r.example',
      '127.0.0.2',
      `127.0.0.2:${port}`,
      '127.0.0.2:1',
      '.0.2',
      '*.0.2',
      'x, 127.0.0.2',
      '*',
      '127.0.0.0/8',
    ]) {
      const environment = { http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, NO_PROXY: exempt };
      seen.length = 0;
      reached.length = 0;
      // A next one sets the proxies of this process anew.
      await (await machineFetch(environment)(target)).arrayBuffer();
      const isProxied = proxyFor(new URL(target), environment) !== undefined;
      assert.deepEqual([seen.length, reached.length], [isProxied ? 1 : 0, 1], `NO_PROXY=${exempt}`);
    }
  });

  it('a proxy that closes connections without an answer is told as such, and not asked without end', async (t) => {
    const proxy = createTcpServer((socket) => void socket.once('data', () => socket.destroy()).on('error', () => undefined));
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    t.after(() => proxy.close());
    for (const url of ['https://r.example.invalid/v2/', 'http://r.example.invalid:5000/v2/']) {
      await assert.rejects(machineFetch({ HTTP_PROXY: `http://me:secret@${address}` })(url), ({ message, cause }: Error) => {
        assert.equal(message, 'fetch failed');
        assert.equal((cause as Error).message, `the proxy ${address} (HTTP_PROXY) closes connections without an answer`);
        return true;
      });
    }
  });
});
