/** The same directory as two hosts see it, where nfs-machine-init mounts it. */
export const hosts = ['/mnt/a', '/mnt/b'] as const;

/** That directory on the machine that serves it. */
export const served = '/mnt/export';
