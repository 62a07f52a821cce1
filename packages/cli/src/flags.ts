import type { Flag } from './command.ts';

/** Which registry is meant. */
export const serverFlag: Flag = {
  name: 'server',
  value: 'URL',
  summary: 'The registry; otherwise that of LONGSHORE_SERVER, otherwise that of the last login',
};

/** How results are written. */
export const outputFlag: Flag = {
  name: 'output',
  short: 'o',
  value: 'FORMAT',
  summary: 'json, yaml, name, wide or table, which a terminal cuts; table unless said',
  choices: ['table', 'wide', 'json', 'yaml', 'name'],
};

/** Answers the question before something is lost. */
export const yesFlag: Flag = { name: 'yes', short: 'y', summary: 'Do not ask; needed where nobody can be asked' };

/** Does not end before the jobs have. */
export const waitFlag: Flag = { name: 'wait', summary: 'Follow the jobs that this starts to their end' };

/** What every command takes. */
export const helpFlag: Flag = { name: 'help', short: 'h', summary: 'Shows this text' };

/** Authorities to trust besides the known ones. */
export const caFileFlag: Flag = {
  name: 'ca-file',
  value: 'FILE',
  summary: 'A PEM file with authorities to trust besides those of this machine',
};
