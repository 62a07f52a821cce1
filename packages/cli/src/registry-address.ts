import { UsageError } from './command.ts';

/** Whether a host name is of this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname);
}

/** The base URL of a registry given as URL or as host; a host on loopback is spoken to in plain HTTP, others in HTTPS. */
export function registryUrl(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  // It is not repeated: what stands in front of an @ may be a password.
  if (url !== null && url.username + url.password !== '')
    throw new UsageError('a name or password does not belong in an address, which others can read: log in with longshore login');
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '' || url.search + url.hash !== '') {
    throw new UsageError(`'${text}' is not the address of a registry, like https://registry.example or localhost:5000`);
  }
  if (!/^https?:/.test(text) && isLoopback(url.hostname)) url.protocol = 'http:';
  return url.href;
}

/** Docker Hub is called otherwise in the names of images than where it serves them, and where people log in. */
const hubHosts: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** The host of a registry, by which it is known; Docker Hub, which has several, is `docker.io`. */
export function hostOf(url: string): string {
  const { host } = new URL(url);
  return hubHosts.has(host) ? 'docker.io' : host;
}

/** Where a registry answers. */
export function servingUrl(url: string): string {
  return hostOf(url) === 'docker.io' && url.startsWith('https:') ? 'https://registry-1.docker.io/' : url;
}
