import { eventTypes } from '../../packages/server/src/registry/ports/event-store.ts';
import type { Crew } from './crew.ts';
import type { ManagementClient } from './management-client.ts';
import type { Reader } from './reader.ts';
import { RepositoryModel } from './repository-model.ts';
import type { TortureClient } from './torture-client.ts';
import { WebhookReceiver } from './webhook-receiver.ts';
import type { Work } from './work.ts';

interface Delivery {
  readonly event_key: string;
  readonly state: string;
}

/** A project with a webhook: whatever the audit log has of it was told to the receiver, or still waits. */
export class WatchedProject implements Work {
  readonly #crew: Crew;
  readonly #name: string;
  readonly #management: ManagementClient;
  readonly #reader: Reader;
  readonly #model: RepositoryModel;
  readonly #client: TortureClient;
  #receiver: WebhookReceiver | undefined;

  constructor(crew: Crew, name: string) {
    this.#crew = crew;
    this.#name = name;
    this.#management = crew.newManagement();
    this.#reader = crew.newReader(crew.newClient());
    this.#model = new RepositoryModel(`${name}/app`);
    this.#client = crew.newTortureClient({ name: this.#model.name, models: [this.#model] });
  }

  async prepare(): Promise<void> {
    this.#receiver = await WebhookReceiver.start(this.#crew.options.random.fork('receiver'));
    const made = await this.#management.ask('POST', '/projects', { name: this.#name, visibility: 'public' });
    const webhook = { name: 'torture', url: this.#receiver.url, events: [] };
    const set = await this.#management.ask('POST', `/projects/${this.#name}/webhooks`, webhook);
    if (made.status !== 201 || set.status !== 201) throw new Error(`There is no watched project: ${made.text} ${set.text}`);
  }

  workUntil(signal: AbortSignal): Promise<void> {
    return this.#client.workUntil(signal);
  }

  async checkAll(): Promise<void> {
    await this.#reader.checkAll(this.#model);
  }

  async checkStopped(): Promise<void> {
    const { arena, findings } = this.#crew.options;
    const received = this.#receiver?.received ?? new Set<string>();
    await this.#receiver?.stop();
    const ofProject = `project_id = (select id from projects where name = '${this.#name}')`;
    const deliveries = await arena.query<Delivery>(
      `select event_key, state from webhook_deliveries d join webhooks w on w.id = d.webhook_id where w.${ofProject} and replay_of is null`,
    );
    for (const { event_key, state } of deliveries) {
      if (state !== 'delivered' && state !== 'pending') findings.add('lost', `the delivery of ${event_key} is ${state}`);
      if (state === 'delivered' && !received.has(event_key)) findings.add('lost', `${event_key} counts as delivered, and was not received`);
    }
    for (const { event_key } of deliveries) received.delete(event_key);
    if (received.size > 0) findings.add('lost', `${received.size} events were received that the log does not have`);
    await this.#recount(deliveries.length, ofProject);
  }

  /** Everything that changed has an event that is on its way or in the outbox; only the webhook itself came before it could be told. */
  async #recount(deliveries: number, ofProject: string): Promise<void> {
    const { arena, findings } = this.#crew.options;
    const untold = ["'project.created'", "'webhook.created'"];
    const told = eventTypes.map((type) => `'${type}'`).filter((type) => !untold.includes(type));
    const [row] = await arena.query<{ changes: number | string; waiting: number | string }>(
      `select (select count(*) from audit_log where ${ofProject} and outcome = 0 and action in (${told.join(', ')})) as changes,
        (select count(*) from events where ${ofProject}) as waiting`,
    );
    findings.deeds.set('events delivered', deliveries);
    if (Number(row?.changes) > deliveries + Number(row?.waiting)) {
      findings.add('lost', `${row?.changes} changes of ${this.#name}, of which ${deliveries} are delivered and ${row?.waiting} wait`);
    }
  }
}
