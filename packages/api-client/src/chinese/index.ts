import { faultsInChinese } from './faults.ts';
import { imagesInChinese } from './images.ts';
import { missingThingsInChinese } from './missing-things.ts';
import { type Phrases, phrasebookOf } from './phrasebook.ts';
import { reasonsInChinese } from './reasons.ts';
import { refusalsInChinese } from './refusals.ts';
import { workInChinese } from './work.ts';

export { type Phrasebook, type Phrases, phrasebookOf } from './phrasebook.ts';

const sentences: Phrases = {
  ...faultsInChinese,
  ...imagesInChinese,
  ...missingThingsInChinese,
  ...reasonsInChinese,
  ...refusalsInChinese,
  ...workInChinese,
};

/** The audit log keeps of a refusal what stands before its colon: behind it come figures of the moment. */
const beginnings: Phrases = Object.fromEntries(
  Object.entries(sentences).flatMap(([english, text]) => {
    const [begin, shown] = [english.split(': ', 1)[0] ?? '', text.split('：', 1)[0] ?? ''];
    const isWhole = begin.split('{}').length === shown.split(/\{\d?\}/).length;
    return begin !== english && /\p{Script=Han}/u.test(shown) && shown !== text && isWhole ? [[begin, shown]] : [];
  }),
);

/** What a registry says in its answers, in Chinese by its English: refusals, reasons, lines of jobs. Bodies of the API stay English. */
export const registryPhrases: Phrases = { ...beginnings, ...sentences };

/** Says in Chinese what a registry said; undefined for what a newer one brought, and for what others wrote. */
export const inChinese = phrasebookOf(registryPhrases);
