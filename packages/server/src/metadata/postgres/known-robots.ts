import type { RobotCredential, RobotLogins } from '../../registry/ports/robot-store.ts';
import type { TrustingRobot, TrustLogins } from '../../registry/ports/robot-trust-store.ts';
import type { KnownAnswers } from './known-answers.ts';

const bytes = 512;
/** As the triggers of the schema name what has changed. */
const ofRobot = (id: number) => `r ${id}`;
/** No trigger tells of its use: only this process forgets it. */
const ofSecret = (id: number) => `s ${id}`;

type Trusting = Pick<TrustLogins, 'findTrustingRobot'>;

/** The reads that a robot's login and each request with its token are made of, from what is known where that is enough. */
export function knownRobots(store: RobotLogins & Trusting, answers: KnownAnswers): RobotLogins & Trusting {
  const known = async (key: string, read: () => Promise<RobotCredential | undefined>) =>
    answers.find<RobotCredential>(key) ??
    answers.read(read, (found, keep) => keep(key, found, [ofRobot(found.id), ofSecret(found.secretId)], bytes));
  return {
    findRobotBySecret: (secretHash) => known(`rs ${Buffer.from(secretHash).toString('base64')}`, () => store.findRobotBySecret(secretHash)),
    findRobotCredential: (bound) => known(`rc ${bound.id} ${bound.secretId}`, () => store.findRobotCredential(bound)),
    findTrustingRobot: async (bound) => {
      const key = `rt ${bound.id} ${bound.trustId}`;
      const read = () => store.findTrustingRobot(bound);
      return answers.find<TrustingRobot>(key) ?? answers.read(read, (found, keep) => keep(key, found, [ofRobot(found.id)], bytes));
    },
    noteRobotUse: async (input) => {
      await store.noteRobotUse(input);
      // What is known would have it noted again and again.
      answers.forget(ofSecret(input.secretId));
    },
  };
}
