import { setTimeout as pause } from 'node:timers/promises';
import type { LogReceiver } from '../../registry/ports/log-receiver.ts';
import type { Background } from '../feature.ts';
import { Forwarder, type ForwarderDeps } from './forwarder.ts';

/** Keeps entries ready for these receivers and for no other, and sends them. */
export class Forwarding implements Background {
  readonly forwarders: readonly Forwarder[];
  readonly #deps: ForwarderDeps;

  constructor(receivers: readonly LogReceiver[], deps: ForwarderDeps) {
    this.forwarders = receivers.map((receiver) => new Forwarder(receiver, deps));
    this.#deps = deps;
  }

  start(): () => Promise<void> {
    const stopped = new AbortController();
    const running = this.#run(stopped.signal);
    return async () => {
      stopped.abort();
      await running;
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { store, logger, leaseMs } = this.#deps;
    const names = this.forwarders.map(({ address }) => address);
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        await store.setAuditSinks({ names });
        break;
      } catch (error) {
        if (tries === 1) logger.error('Receivers of the audit log could not be noted; it is tried again.', { error });
        await pause(leaseMs / 3, undefined, { signal }).catch(() => undefined);
      }
    }
    await Promise.all(this.forwarders.map((forwarder) => forwarder.run(signal)));
  }
}
