import type { Begin, Drain, FromWorker, WorkerOrder } from './process-messages.ts';
import type { PortHandle } from './shared-port.ts';

/** What a worker is told by its supervisor. When that dies, Node ends the worker at once: nobody would restart or stop it. */
export interface WorkerOrders {
  readonly begin: Promise<Begin & { readonly port: PortHandle }>;
  readonly drain: Promise<Pick<Drain, 'idleMs'>>;
}

/** Listens for the supervisor's orders, in a worker, and answers when it asks. */
export function receiveOrders(): WorkerOrders {
  const begin = Promise.withResolvers<Begin & { readonly port: PortHandle }>();
  const drain = Promise.withResolvers<Pick<Drain, 'idleMs'>>();
  process.on('message', (order: WorkerOrder, port: unknown) => {
    if (order.type === 'begin') begin.resolve({ ...order, port: port as PortHandle });
    if (order.type === 'drain') drain.resolve(order);
    if (order.type === 'ask') tell({ type: 'here' });
  });
  // systemd tells the whole group to end, and a terminal interrupts it: a second signal must not end what is finishing.
  process.on('SIGTERM', () => drain.resolve({ idleMs: 0 }));
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  return { begin: begin.promise, drain: drain.promise };
}

/** Tells the supervisor that this worker takes connections. */
export function tellListening(): void {
  tell({ type: 'listening' });
}

/** A supervisor that is gone cannot hear it, and its worker ends. */
function tell(message: FromWorker): void {
  process.send?.(message, undefined, undefined, () => undefined);
}
