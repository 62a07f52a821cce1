import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { UsedProxy } from '../../connection/machine-network.ts';
import { type Endpoint, endpointOf, patienceMs, type Site } from './site.ts';

/** A connection on which TLS may begin, or the status with which the proxy refuses one; undefined: it does not answer. */
export async function openWay({ url, proxy }: Site): Promise<Socket | number | undefined> {
  const { hostname, port } = endpointOf(url);
  return proxy === undefined ? connect({ host: hostname, port }) : throughProxy(proxy, { hostname, port });
}

/** Asks a proxy for a connection (RFC 9110 section 9.3.6). */
function throughProxy({ url }: UsedProxy, { hostname, port }: Endpoint): Promise<Socket | number | undefined> {
  const target = `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  const account = url.username === '' ? undefined : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const request: ClientRequest = (url.protocol === 'https:' ? requestHttps : requestHttp)({
    host: endpointOf(url).hostname,
    port: endpointOf(url).port,
    method: 'CONNECT',
    path: target,
    agent: false,
    headers: {
      host: target,
      ...(account !== undefined && { 'proxy-authorization': `Basic ${Buffer.from(account).toString('base64')}` }),
    },
  });
  return new Promise((resolve) => {
    request.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode === 200) resolve(socket as Socket);
      else {
        socket.destroy();
        resolve(statusCode);
      }
    });
    request.once('response', (response) => resolve(response.resume().statusCode));
    request.once('error', () => resolve(undefined));
    request.setTimeout(patienceMs, () => {
      request.destroy();
      resolve(undefined);
    });
    request.end();
  });
}

/** Begins TLS with the registry. It is looked at, not used: nothing is sent over this connection, whoever is there. */
export async function handshake(site: Site): Promise<TLSSocket> {
  const { hostname } = endpointOf(site.url);
  const way = await openWay(site);
  if (typeof way !== 'object') throw new Error(`the proxy opens no way: ${way ?? 'no answer'}`);
  return connectTls({ socket: way, host: hostname, servername: isIP(hostname) === 0 ? hostname : '', rejectUnauthorized: false });
}
