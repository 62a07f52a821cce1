import type { Say, Surroundings, Terminal } from '../../command.ts';
import { progressLine } from '../../terminal/progress-line.ts';
import type { LayerReading } from './layer-content.ts';

const redrawMs = 100;

/** How far layers have been read, on a terminal as the last line. */
export class ReadingProgress implements LayerReading {
  readonly signal: AbortSignal;
  readonly #terminal: Terminal;
  readonly #say: Say;
  readonly #startedMs = Date.now();
  #readBytes = 0;
  #sizeBytes = 0;
  #drawnMs = 0;

  constructor({ terminal, say }: Pick<Surroundings, 'terminal' | 'say'>) {
    this.#terminal = terminal;
    this.#say = say;
    this.signal = terminal.interruption();
  }

  expect(bytes: number): void {
    this.#sizeBytes += bytes;
  }

  onRead(bytes: number): void {
    this.#readBytes += bytes;
    if (!this.#terminal.stderrIsTty || Date.now() - this.#drawnMs < redrawMs) return;
    this.#drawnMs = Date.now();
    const measured = { readBytes: this.#readBytes, sizeBytes: this.#sizeBytes };
    const what = this.#say('reading the layers');
    this.#terminal.redraw(progressLine(what, measured, this.#drawnMs - this.#startedMs, this.#terminal.columns));
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#terminal.stderrIsTty) this.#terminal.redraw('');
  }
}
