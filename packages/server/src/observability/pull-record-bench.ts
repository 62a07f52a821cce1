import type { RequestRecord } from '../registry/ports/request-observer.ts';

/** For tests: a pull as it is observed. */
export const pull: RequestRecord = {
  id: 'abcdefghijkl',
  method: 'GET',
  path: '/v2/team/app/manifests/latest',
  route: 'manifest',
  repository: 'team/app',
  subject: 'user:1:alice',
  by: undefined,
  hasCredentials: true,
  clientAddress: '192.0.2.7',
  status: 200,
  bytesReceived: 0,
  bytesSent: 1734,
  startedAt: 5,
  durationMs: 0.41249,
  completed: true,
  traceparent: undefined,
  viaTrustedProxy: false,
  userAgent: 'containerd/2.4.2',
};
