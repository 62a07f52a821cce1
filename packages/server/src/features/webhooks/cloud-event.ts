import type { RepositoryName } from '@longshore/oci';
import type { KeptEvent } from '../../registry/ports/webhook-store.ts';
import { projectOf } from '../../registry/project-name.ts';

/** What `data` of every CloudEvent says; what else it holds depends on the type (docs/guides/webhooks.md). */
export interface EventData {
  readonly [fact: string]: unknown;
  /** Who did it: `user:12:alice`, `robot:4:ci`, `anonymous`, `system:gc`. */
  readonly actor: string;
  readonly project?: string;
  readonly repository?: string;
  readonly digest?: string;
  readonly tag?: string;
}

/** An event in the JSON format of CloudEvents 1.0. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: EventData;
}

/** The media type of a CloudEvent as a whole body ("structured content mode"). */
export const cloudEventType = 'application/cloudevents+json; charset=utf-8';

/** An event as CloudEvents 1.0 has it, the same at every attempt. `source`: the address of the registry. */
export function cloudEventOf(event: KeptEvent, eventKey: string, source: string): CloudEvent {
  const subject = subjectOf(event);
  return {
    specversion: '1.0',
    id: eventKey,
    source,
    type: `dev.longshore.${event.type}`,
    ...(subject === undefined ? {} : { subject }),
    time: new Date(event.at).toISOString(),
    datacontenttype: 'application/json',
    data: dataOf(event),
  };
}

/** `team/app:1.2`, `team/app@sha256:...`, a repository, or a project. */
function subjectOf({ repository, tag, digest, data }: KeptEvent): string | undefined {
  if (repository === undefined) return typeof data['project'] === 'string' ? data['project'] : undefined;
  if (tag !== undefined) return `${repository}:${tag}`;
  return digest === undefined ? repository : `${repository}@${digest}`;
}

function dataOf({ actor, repository, tag, digest, data }: KeptEvent): EventData {
  return {
    ...data,
    actor,
    ...(repository === undefined ? {} : { project: projectOf(repository as RepositoryName), repository }),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}
