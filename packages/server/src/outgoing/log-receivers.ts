import type { LogReceiver } from '../registry/ports/log-receiver.ts';
import { postLines } from './post-lines.ts';
import { sendDatagrams } from './send-datagrams.ts';
import { sendFrames } from './send-frames.ts';

/** How receivers of logs are reached. */
export interface LogReceiverOptions {
  /** Certificates (PEM) of every authority that is trusted. */
  readonly authorities: readonly string[];
  /** Header `Authorization` of HTTP receivers. */
  readonly authorization: string | undefined;
  /** For one batch, from the look-up of the name to the receipt. */
  readonly timeoutMs: number;
}

/** The receiver at an address of the setting `audit.forward`. The administrator chose it, so it may be in any network. */
export function createLogReceiver(address: string, options: LogReceiverOptions): LogReceiver {
  const url = new URL(address);
  const send = senderTo(url, options);
  return {
    address,
    format: /^https?:$/.test(url.protocol) ? 'json' : 'syslog',
    send: async (messages, signal) => {
      const tooLate = AbortSignal.timeout(options.timeoutMs);
      try {
        await send(messages, AbortSignal.any([signal, tooLate]));
      } catch (error) {
        if (tooLate.aborted) throw new Error(`The receiver did not take them within ${options.timeoutMs / 1000} s.`, { cause: error });
        throw error;
      }
    },
  };
}

function senderTo(url: URL, { authorities, authorization }: LogReceiverOptions): LogReceiver['send'] {
  const where = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) };
  switch (url.protocol) {
    case 'syslog+udp:':
      return (messages, signal) => sendDatagrams(messages, where, signal);
    case 'syslog+tcp:':
      return (messages, signal) => sendFrames(messages, where, undefined, signal);
    case 'syslog+tls:':
      return (messages, signal) => sendFrames(messages, where, authorities, signal);
    default:
      return (messages, signal) => postLines(messages, url, { authorities, authorization }, signal);
  }
}
