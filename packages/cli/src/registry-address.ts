import { UsageError } from './command.ts';

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname);
}

/** The base URL of a registry given as URL or as host; a host on loopback is spoken to in plain HTTP, others in HTTPS. */
export function registryUrl(text: string): string {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `https://${text}`);
  if (url === null || url.hostname === '' || url.username !== '' || url.search + url.hash !== '') {
    throw new UsageError(`'${text}' is not the address of a registry, like https://registry.example or localhost:5000`);
  }
  if (!/^https?:/.test(text) && isLoopback(url.hostname)) url.protocol = 'http:';
  return url.href;
}
