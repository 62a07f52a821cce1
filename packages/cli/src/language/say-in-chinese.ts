import { phrasebookOf, registryPhrases } from '@longshore/api-client/chinese';
import type { Say } from '../command.ts';
import { commandsInChinese } from './chinese/commands.ts';
import { doctorInChinese } from './chinese/doctor.ts';
import { flagsInChinese } from './chinese/flags.ts';
import { lossesInChinese } from './chinese/losses.ts';
import { messagesInChinese } from './chinese/messages.ts';
import { tablesInChinese } from './chinese/tables.ts';

/** All that this command says itself, by its English. */
export const chinese: Readonly<Record<string, string>> = {
  ...commandsInChinese,
  ...doctorInChinese,
  ...flagsInChinese,
  ...lossesInChinese,
  ...messagesInChinese,
  ...tablesInChinese,
};

const phrasebook = phrasebookOf({ ...registryPhrases, ...chinese });

/** A text of the command or of a registry in Chinese, or each of its lines; what is known nowhere stays English. */
export const sayInChinese: Say = (english) => {
  const known = phrasebook(english);
  if (known !== undefined) return known;
  return english.includes('\n') ? english.split('\n').map(sayInChinese).join('\n') : english;
};
