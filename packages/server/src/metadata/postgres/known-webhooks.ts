import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { KnownAnswers } from './known-answers.ts';

/** As the trigger on webhooks names them all. */
const ofWebhooks = 'w';
const entryBytes = 512;

/** Which webhooks listen, also that none does: it is asked for each event. The trigger tells of what is added, too. */
export function knownWebhooks(store: Pick<MetadataStore, 'findListening'>, answers: KnownAnswers): Pick<MetadataStore, 'findListening'> {
  return {
    findListening: async (projectId) => {
      const key = `w ${projectId}`;
      return (
        answers.find(key) ??
        answers.read(
          () => store.findListening(projectId),
          (listening, keep) => keep(key, listening, [ofWebhooks], entryBytes * (1 + listening.length)),
        )
      );
    },
  };
}
