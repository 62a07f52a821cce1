import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { LayerProgress } from '../registry/ports/layer-store.ts';

/** A notice that was not renewed for so long is of a process that died. */
const staleMs = 15_000;
const renewMs = 1000;

/**
 * Tells the other processes of this machine that one of them makes an index, and how far it is. Two may make the same one when a process
 * stood still: that costs time and does no harm.
 */
export class MakingNotice {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, progress: () => LayerProgress) {
    this.#path = path;
    // What cannot be told is told the next time.
    this.#timer = setInterval(() => void this.#write(progress()).catch(() => undefined), renewMs).unref();
  }

  /** Undefined: another process has put one up. */
  static async putUp(path: string, progress: () => LayerProgress): Promise<MakingNotice | undefined> {
    try {
      const file = await open(path, 'wx', 0o640);
      await file.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (!(await isStale(path))) return undefined;
    }
    return new MakingNotice(path, progress);
  }

  /** How far the other process is; undefined when that is not known. */
  static async read(path: string): Promise<LayerProgress | undefined> {
    try {
      return JSON.parse(await readFile(path, 'utf8')) as LayerProgress;
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async takeDown(): Promise<void> {
    clearInterval(this.#timer);
    await rm(this.#path, { force: true });
  }

  /** Whoever reads finds the one or the other whole. */
  async #write(progress: LayerProgress): Promise<void> {
    const next = `${this.#path}-${randomUUID()}.part`;
    try {
      await writeFile(next, JSON.stringify(progress));
      await rename(next, this.#path);
    } catch (error) {
      // A full disk is not made fuller every second.
      await rm(next, { force: true });
      throw error;
    }
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}
