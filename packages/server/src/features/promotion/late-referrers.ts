import { type Digest, ownerOfTag, parseDigest, parseRepositoryName } from '@longshore/oci';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { RegistryEvent } from '../../registry/ports/event-store.ts';
import type { EventSubscriber } from '../../registry/ports/event-subscriber.ts';
import type { PromotionStore } from '../../registry/ports/promotion-store.ts';

/** Announces what comes to an image after it was promoted: a new promotion takes it along. Delivered twice, an event changes nothing. */
export function lateReferrers(promotions: PromotionStore, clock: () => number): EventSubscriber {
  const by = systemAgent('promotion');
  return {
    name: 'late-referrers',
    handle: async (event) => {
      if (event.type === 'image.promoted') {
        for (const late of await promotions.findPromotionsBehind(Number(event.data['promotion']))) {
          await promotions.noteLateReferrer({ ...late, at: clock(), by });
        }
        return;
      }
      const subject = subjectOf(event);
      const repository = parseRepositoryName(event.repository ?? '');
      const digest = parseDigest(event.digest ?? '');
      if (subject === undefined || repository === undefined || digest === undefined) return;
      for (const { id, artifactType } of await promotions.findPromotionsWithout(repository, digest, subject)) {
        await promotions.noteLateReferrer({ id, digest, artifactType, at: clock(), by });
      }
    },
  };
}

/** What the event's manifest says something about, by its subject or by a companion tag. */
function subjectOf({ type, tag, data }: RegistryEvent): Digest | undefined {
  if (type === 'manifest.pushed') return parseDigest(String(data['subject'] ?? ''));
  return type === 'tag.created' || type === 'tag.moved' ? ownerOfTag(tag ?? '') : undefined;
}
