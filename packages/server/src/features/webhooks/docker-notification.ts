import type { EventType } from '../../registry/ports/event-store.ts';
import type { KeptEvent } from '../../registry/ports/webhook-store.ts';

/** The media type of an envelope of Docker's registry notifications. */
export const dockerNotificationType = 'application/vnd.docker.distribution.events.v1+json';

const actions: Partial<Record<EventType, 'push' | 'mount' | 'delete'>> = {
  'manifest.pushed': 'push',
  'manifest.deleted': 'delete',
  'tag.created': 'push',
  'tag.moved': 'push',
  'tag.deleted': 'delete',
  'blob.pushed': 'push',
  'blob.mounted': 'mount',
  'blob.deleted': 'delete',
};

/** What Docker's format calls an event; undefined for what it has no word for. */
export function dockerAction(type: KeptEvent['type']): 'push' | 'mount' | 'delete' | undefined {
  return type === 'ping' ? undefined : actions[type];
}

/** The envelope of one event; empty for what the format has no word for, such as a ping. `base`: the address of the registry. */
export function dockerNotificationOf(event: KeptEvent, eventKey: string, base: string): { events: object[] } {
  const action = dockerAction(event.type);
  const { repository, digest, tag, data } = event;
  if (action === undefined || repository === undefined) return { events: [] };
  const kind = event.type.startsWith('blob.') ? 'blobs' : 'manifests';
  const size = data['sizeBytes'];
  return {
    events: [
      {
        id: eventKey,
        timestamp: new Date(event.at).toISOString(),
        action,
        target: {
          ...(typeof data['mediaType'] === 'string' ? { mediaType: data['mediaType'] } : {}),
          ...(typeof size === 'number' ? { size, length: size } : {}),
          ...(digest === undefined ? {} : { digest, url: `${base}/v2/${repository}/${kind}/${digest}` }),
          repository,
          ...(typeof data['from'] === 'string' && action === 'mount' ? { fromRepository: data['from'] } : {}),
          ...(tag === undefined ? {} : { tag }),
        },
        request: {},
        actor: { name: event.actor },
        source: { addr: base },
      },
    ],
  };
}
