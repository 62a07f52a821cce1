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

/** What a project that may serve no more today is asked for. */
export interface PullExcess {
  readonly project: string;
  readonly limit: number;
  readonly used: number;
  readonly needed: number;
  /** Until the next day begins. */
  readonly secondsLeft: number;
}

/** The refusal of a pull that would pass what a project may serve on one day. */
export function pullRefusal(excess: PullExcess): RegistryError {
  const { project, limit, used, needed, secondsLeft } = excess;
  return new RegistryError('DENIED', {
    message:
      `Project ${project} may serve ${readableBytes(limit)} a day: it has served ${readableBytes(used)} today, and this needs ` +
      `${readableBytes(needed)}. Pull again after midnight UTC, in ${readableTime(secondsLeft)}, or ask an administrator for a larger quota.`,
    detail: { project, limit, used, needed },
    headers: { 'Retry-After': String(secondsLeft) },
  });
}

function readableTime(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
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
