import { type Contender, inMemory } from './contender.ts';
import type { Gateway } from './gateway.ts';

/** The AWS SDK alone, on a bucket of the same service: what is possible there, on the same machine, with the same language. */
export function bareSdk(gateway: Gateway): Contender {
  return {
    name: 'aws sdk',
    version: undefined,
    durability: { label: 'S3', explanation: inMemory },
    local: false,
    isLongshore: false,
    bare: true,
    gateway,
    async start(directory) {
      const { endpoint } = await gateway.bucketOf(directory);
      return { url: endpoint, pid: undefined, firstAnswerMs: Number.NaN, stop: async () => {} };
    },
  };
}
