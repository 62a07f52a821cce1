import type { CertificateStore } from '../../../registry/ports/certificate-store.ts';
import type { ChallengeDoor } from './challenge-door.ts';

/** Longer than any attempt: what a process that died has left is not answered for ever. */
const offeredMs = 60 * 60_000;

/** Proofs by HTTP (RFC 8555 section 8.3): rows, which every replica answers with. */
export function httpDoor(store: CertificateStore, now: () => number): ChallengeDoor {
  return {
    type: 'http-01',
    publish: async (challenges, { fence }) => {
      const at = now();
      await store.offerHttpChallenges({ challenges, expiresAt: at + offeredMs, at, fence });
    },
    withdraw: async (proofs, { fence }) => {
      await store.withdrawHttpChallenges({ tokens: proofs.map(({ token }) => token), fence });
    },
  };
}
