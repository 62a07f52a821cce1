import type { Agent } from './ports/agent.ts';
import type { Logger } from './ports/logger.ts';
import type { QuotaStore } from './ports/quota-store.ts';
import type { Quotas } from './quotas.ts';

/** What is reserved at a time for a body whose length nobody knows. */
const stepBytes = 32 * 1024 * 1024;

export interface UploadRoomDeps {
  readonly content: Pick<QuotaStore, 'reserveUpload'>;
  readonly quotas: Quotas;
  readonly logger: Logger;
}

/**
 * Reserves room in a project's limit for one request of an upload, before its bytes come: so what is unfinished cannot fill a disk.
 * Throws the refusal of the quota. An upload that has gone to others reserves nothing; it is refused elsewhere.
 */
export class UploadRoom {
  readonly #deps: UploadRoomDeps;
  readonly #upload: { readonly id: string; readonly epoch: number; readonly offset: number };
  readonly #by: Agent;
  /** Up to which byte of the upload there is room. */
  #end: number;

  /** For a request behind `offset`. */
  constructor(deps: UploadRoomDeps, upload: { id: string; epoch: number; offset: number }, by: Agent) {
    this.#deps = deps;
    this.#upload = { id: upload.id, epoch: upload.epoch, offset: upload.offset };
    this.#by = by;
    this.#end = upload.offset;
  }

  /** For the whole body, when it is known how long it is. */
  async announce(bodyBytes: number | undefined): Promise<void> {
    const end = this.#upload.offset + (bodyBytes ?? 0);
    if (end > this.#end) await this.#reserve(end, end);
  }

  /** For `received` bytes; undefined when there is room already. */
  grow(received: number): Promise<void> | undefined {
    const end = this.#upload.offset + received;
    return end <= this.#end ? undefined : this.#reserve(end, end + stepBytes);
  }

  /** Gives back what is reserved beyond the bytes that have come. A failure to do so holds room until the upload ends. */
  async release(): Promise<void> {
    const { content, logger } = this.#deps;
    const { id, epoch, offset } = this.#upload;
    if (this.#end === offset) return;
    try {
      await content.reserveUpload({ id, epoch, least: 0, most: 0 });
    } catch (cause) {
      logger.warn('Room that an upload had reserved could not be given back before its end.', { upload: id, cause });
    }
  }

  async #reserve(least: number, most: number): Promise<void> {
    const { id, epoch } = this.#upload;
    const reservation = await this.#deps.content.reserveUpload({ id, epoch, least, most });
    if (reservation.outcome === 'quota-exceeded') throw await this.#deps.quotas.refuse(reservation.excess, this.#by);
    this.#end = reservation.outcome === 'lost' ? Number.POSITIVE_INFINITY : reservation.bytes;
  }
}
