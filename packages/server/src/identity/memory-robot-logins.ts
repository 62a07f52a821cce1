import type { Millis } from '../registry/ports/content-store.ts';
import type { RobotCredential, RobotLogins } from '../registry/ports/robot-store.ts';
import type { TrustingRobot, TrustLogins } from '../registry/ports/robot-trust-store.ts';
import { robotSecrets } from './random-secret.ts';

/** What the twin lets a test arrange and look at besides the port. */
export interface MemoryRobotLogins extends RobotLogins, Pick<TrustLogins, 'findTrustingRobot'> {
  /** By the text of their secret; a test changes them as it likes. */
  readonly credentials: Map<string, RobotCredential>;
  readonly trusting: TrustingRobot[];
  readonly notes: { readonly secretId: number; readonly address: string; readonly at: Millis }[];
  /** How often robots were read. */
  readonly reads: () => number;
  /** Makes a robot with one secret, and answers the secret's text. */
  add(changes?: Partial<RobotCredential>): string;
}

/** Robots in memory, for tests. */
export function createMemoryRobotLogins(): MemoryRobotLogins {
  const credentials = new Map<string, RobotCredential>();
  const trusting: TrustingRobot[] = [];
  const notes: MemoryRobotLogins['notes'] = [];
  let reads = 0;
  const find = (matches: (text: string, credential: RobotCredential) => boolean): RobotCredential | undefined => {
    reads += 1;
    return [...credentials].find(([text, credential]) => matches(text, credential))?.[1];
  };
  return {
    credentials,
    trusting,
    notes,
    reads: () => reads,
    add: (changes = {}) => {
      const number = credentials.size + 1;
      const { text } = robotSecrets.create();
      const times = { expiresAt: undefined, secretExpiresAt: undefined, secretLastUsedAt: undefined };
      credentials.set(text, {
        id: number,
        project: 'team',
        name: 'ci',
        disabled: false,
        epoch: 1,
        secretId: 100 + number,
        ...times,
        ...changes,
      });
      return text;
    },
    findRobotBySecret: async (hash) => find((text) => Buffer.compare(robotSecrets.hashOf(text) ?? new Uint8Array(), hash) === 0),
    findRobotCredential: async ({ id, secretId }) => find((_, credential) => credential.id === id && credential.secretId === secretId),
    findTrustingRobot: async ({ id, trustId }) => trusting.find((one) => one.id === id && one.trustId === trustId),
    noteRobotUse: async ({ secretId, address, at }) => void notes.push({ secretId, address, at }),
  };
}
