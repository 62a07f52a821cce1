import { isIP } from 'node:net';
import { encodePath } from './signature.ts';

/** Names a bucket on a service. */
export interface BucketName {
  readonly endpoint: string;
  readonly bucket: string;
  /** The bucket's name in the path, not in the host name. */
  readonly forcePathStyle: boolean;
}

/** Where the objects of a bucket are. */
export interface BucketAddress {
  readonly protocol: string;
  readonly hostname: string;
  /** Empty: the scheme's own. */
  readonly port: string;
  /** As in the Host header. */
  readonly host: string;
  readonly pathStyle: boolean;
  /** The path of an object, encoded. */
  pathOf(key: string): string;
}

/** AWS's own service in a region. */
export function awsEndpoint(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** Where the bucket is; in the path also where a host name cannot say it: at an IP address, or by a name that no host may have. */
export function bucketAddress({ endpoint, bucket, forcePathStyle }: BucketName): BucketAddress {
  const url = new URL(endpoint);
  const isHostLabel = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket);
  const pathStyle = forcePathStyle || !isHostLabel || isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0;
  const base = url.pathname.replace(/\/+$/, '') + (pathStyle ? `/${encodePath(bucket)}` : '');
  const before = pathStyle ? '' : `${bucket}.`;
  return {
    protocol: url.protocol,
    hostname: before + url.hostname,
    port: url.port,
    host: before + url.host,
    pathStyle,
    pathOf: (key) => `${base}/${encodePath(key)}`,
  };
}
