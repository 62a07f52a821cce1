import { readFileSync, statfsSync, statSync } from 'node:fs';
import { isFuse, networkFileSystem } from '../../registry/network-file-systems.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';

/** What a mount served by a program is called when the files are on other machines; most other such mounts are local. */
const remotePrograms =
  /^fuse\.(sshfs|glusterfs|ceph|ceph-fuse|juicefs|mfs|moosefs|seaweedfs|beegfs|lizardfs|rclone|s3fs|gcsfuse|blobfuse2?|geesefs|goofys|davfs|nfs|fuse-nfs|smbnetfs|cvmfs2)$/i;

/**
 * Throws a `StorageError` when `directory` is on a network file system, also behind links and bind mounts: SQLite's write-ahead log
 * needs memory that all its processes share, which two machines never do, and the database would be damaged silently.
 */
export function refuseNetworkFileSystem(
  directory: string,
  typeOf: (path: string) => number = (path) => statfsSync(path).type,
  programOf: (path: string) => string | undefined = mountType,
): void {
  const type = typeOf(directory);
  const program = isFuse(type) ? programOf(directory) : undefined;
  const name = networkFileSystem(type) ?? (program !== undefined && remotePrograms.test(program) ? program : undefined);
  if (name === undefined) return;
  throw new StorageError(
    'failed',
    `SQLite cannot be used on a network file system: ${directory} is on ${name}. Put the database on a local disk, or use PostgreSQL.`,
    { retryable: false },
  );
}

/** The type that the mount table gives the file system of `path`, such as fuse.sshfs; undefined where there is no such table. */
function mountType(path: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return typeInMountTable(readFileSync('/proc/self/mountinfo', 'utf8'), statSync(path).dev);
}

/** `mountType` of the file system with this device number, in a table as proc(5) describes mountinfo. */
export function typeInMountTable(table: string, device: number): string | undefined {
  // The kernel's encoding of major and minor number, as stat(2) gives it.
  const major = Math.floor(device / 256) % 4096;
  const minor = (device % 256) + Math.floor(device / 0x100000) * 256;
  const line = table.split('\n').find((candidate) => candidate.split(' ')[2] === `${major}:${minor}`);
  return line?.split(' - ')[1]?.split(' ')[0];
}
