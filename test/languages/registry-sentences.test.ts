import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registryPhrases } from '../../packages/api-client/src/chinese/index.ts';
import { answering, serverSentences } from './server-sentences.ts';

/** Texts of those sources that no answer of the API holds, by their beginnings. */
const notAnswered: readonly string[] = [
  // Headers, patterns and commands.
  'id,at,actor,credential',
  "attachment; filename*=UTF-8''",
  "sandbox; default-src 'none'",
  '^[a-z0-9]',
  'kubectl create rolebinding',
  'contains endsWith startsWith matches',
  // Descriptions that are made into those of operations.
  'What lies in a directory of',
  'Only those of this',
  'For those who have a role there.',
  ', or to be {}',
  'webhook at {}',
  // Known with each thing that fills them.
  'directory in this {}',
  'file in this {}',
  'file with bytes in this {}',
  // The log's, and of errors that do not leave the process.
  'This file runs in a worker thread',
  'The thread asked for a layer that it was not given.',
  'Nobody wants the rest of the layer.',
  'Nobody takes the rest of this file.',
  'It is no database.',
  'A page ',
  'A row ends too early.',
  'A row is no package.',
  'Its pages go on in too many others.',
  'It is too large.',
  'A number in it is too large.',
  'Its rows are longer than the file.',
  'A receiver refuses entries of the audit log',
  'Entries of the audit log could not be forwarded',
  'The receiver did not take them within',
  'The receiver closed the connection before it had everything.',
  "The certificates in '{}' ({}) cannot be used",
  'Figures for the overview could not be counted anew.',
  'the use of a robot could not be recorded',
  'The queue of jobs ',
  "The store answered a job '{}'",
  'Events ',
  'It did not finish within {} ms.',
  'A scheduled job failed',
  'in {} s',
  'at its next time',
  '{}% of its quota of',
  'Project {} uses {}.',
  // Of `longshore store`, on the registry's own machine.
  "The project '{}' is being moved",
  "There is no project '{}': 'longshore store ls'",
  "The project '{}' is on its way",
  "The project '{}' cannot move",
];

const missing = (thing: string) => `There is no ${thing} that you may see: check the name, or ask for a role.`;
const isKnown = (text: string) => [text, missing(text)].some((whole) => Object.hasOwn(registryPhrases, whole));

test('whatever the API answers in words is known in Chinese, with all that varies in it', () => {
  const sentences = serverSentences(answering);
  assert.ok(sentences.length > 350, `only ${sentences.length} sentences were found: look where they are now`);
  const unknown = sentences
    .filter(({ text }) => !notAnswered.some((beginning) => text.startsWith(beginning)))
    .filter(({ text }) => !isKnown(text))
    .map(({ text, place }) => `${place}: ${text}`);
  assert.deepEqual(unknown, [], 'write them into packages/api-client/src/chinese/');
});

test('no translation loses what varies, and each is said in Chinese signs', () => {
  for (const [english, text] of Object.entries(registryPhrases)) {
    assert.match(text, /\p{Script=Han}|：/u, english);
    assert.equal(text.match(/\{\d?\}/g)?.length ?? 0, english.split('{}').length - 1, english);
    assert.doesNotMatch(text, /\p{Script=Han}[,;:?!]/u, english);
  }
});
