/**
 * Types as statfs(2) reports them: file systems of which this host is one client among others, or that do not give the processes of
 * one host the same memory for a mapped file.
 */
const names = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x00c36400, 'CephFS'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x19830326, 'BeeGFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x786f4256, 'a VirtualBox shared folder'],
]);

const fuse = 0x65735546;

/** The name of the network file system that has this type, which may come as a negative number; undefined for any other. */
export function networkFileSystem(type: number): string | undefined {
  return names.get(type >>> 0);
}

/** Whether a program serves this file system, and only its mount says which: on this machine, or on others. */
export function isFuse(type: number): boolean {
  return type >>> 0 === fuse;
}
