import type { QuotaExcess } from './ports/quota-excess.ts';
import { RegistryError } from './registry-error.ts';

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes as people read them: `12 bytes`, `1.5 GiB`. */
export function readableBytes(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
  const value = bytes / 1024 ** power;
  return `${value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[power - 1]}`;
}

/** The refusal of a change that would pass a limit: 413 for bytes, 403 for tags; exact figures are in its detail. */
export function quotaRefusal(excess: QuotaExcess): RegistryError {
  const { kind, ...detail } = excess;
  return new RegistryError('DENIED', { status: kind === 'bytes' ? 413 : 403, message: messages[kind](excess), detail });
}

const messages = {
  bytes: ({ project, used, reserved, limit, needed }: QuotaExcess) => {
    const unfinished = reserved === 0 ? '' : ` and ${readableBytes(reserved)} in unfinished uploads`;
    return (
      `The quota of project ${project} is ${readableBytes(limit)}: it stores ${readableBytes(used)}${unfinished}, and this needs ` +
      `${readableBytes(needed)} more. Delete images and have garbage collected, or ask an administrator for a larger quota.`
    );
  },
  tags: ({ project, used, limit, needed }: QuotaExcess) =>
    `The quota of project ${project} is ${limit} tags: it has ${used}, and this needs ${needed} more. ` +
    `Delete tags that nobody uses, or ask an administrator for a larger quota.`,
};
