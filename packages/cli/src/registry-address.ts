import { UsageError } from './command.ts';

function isLoopback(hostname: string): boolean {
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

/** Docker Hub is called otherwise in the names of images than where it serves them. */
export function servingUrl(url: string): string {
  return url.replace(/^https:\/\/(index\.)?docker\.io\//, 'https://registry-1.docker.io/');
}
