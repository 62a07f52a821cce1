import { type Phrases, phrasebookOf, registryPhrases } from '@longshore/api-client/chinese';
import type { Say } from '../command.ts';
import { commandsInChinese } from './chinese/commands.ts';
import { doctorInChinese } from './chinese/doctor.ts';
import { flagsInChinese } from './chinese/flags.ts';
import { lossesInChinese } from './chinese/losses.ts';
import { messagesInChinese } from './chinese/messages.ts';
import { serverConfigurationInChinese } from './chinese/server-configuration.ts';
import { serverFailuresInChinese } from './chinese/server-failures.ts';
import { serverHelpInChinese } from './chinese/server-help.ts';
import { serverVerbsInChinese } from './chinese/server-verbs.ts';
import { tablesInChinese } from './chinese/tables.ts';

/** All that this command says itself, by its English. */
export const chinese: Readonly<Record<string, string>> = {
  ...commandsInChinese,
  ...doctorInChinese,
  ...flagsInChinese,
  ...lossesInChinese,
  ...messagesInChinese,
  ...serverConfigurationInChinese,
  ...serverFailuresInChinese,
  ...serverHelpInChinese,
  ...serverVerbsInChinese,
  ...tablesInChinese,
};

/** Says texts of the command and of a registry in Chinese, and those that it is given; what is known nowhere stays English. */
export function chineseWith(more: Phrases): Say {
  const phrasebook = phrasebookOf({ ...registryPhrases, ...more, ...chinese });
  const say: Say = (english) => {
    const known = phrasebook(english);
    if (known !== undefined) return known;
    const between = ['\n\n', '\n'].find((one) => english.includes(one));
    return between === undefined ? english : english.split(between).map(say).join(between);
  };
  return say;
}

/** A text of the command or of a registry in Chinese, or each of its paragraphs or lines. */
export const sayInChinese: Say = chineseWith({});
