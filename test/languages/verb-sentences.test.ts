import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chineseWith } from '../../packages/cli/src/language/say-in-chinese.ts';
import { settingsInChinese } from '../../packages/server/src/config/settings.ts';
import { serverSentences } from './server-sentences.ts';

/** Where the texts are that the server's verbs say at a terminal, be it because they cannot do their work. */
const saying: readonly string[] = [
  '{main,compose-acme,compose-federation,open-*}.ts',
  'commands/*.ts',
  'config/!(reference|setting-node|settings).ts',
  'http/tls/{certificate-watch,client-trust,key-pair,self-signed,tls-problem}.ts',
  'identity/secret-key.ts',
  'identity/ldap/{answer-stream,check-directory,connection,directory,directory-entry,search-filter,secure-socket,server-list,start-tls}.ts',
  'metadata/migrations/migrate.ts',
  'metadata/postgres/{connection-settings,listening-connection,postgres-errors,postgres-hosts}.ts',
  'metadata/sqlite/{network-file-system,prepare-directory,sqlite-errors,start-writer-process}.ts',
  'processes/{socket-directory,worker-pool,worker-process}.ts',
  'storage/s3/{s3-errors,s3-store}.ts',
];

/** Texts of those sources that nobody at a terminal reads, by their beginnings. */
const notSaid: readonly string[] = [
  // What is typed.
  '  docker ',
  // Known with what fills them, or with what they are a part of.
  '{} holds no {}: it must be PEM.',
  'list of revocations',
  "Cannot store blobs in bucket '{}' {}.",
  'It was refused',
  'hold keys: {}',
  'last used {}',
  ', moving from {}',
  '{}; the project has {} bytes',
  '{} blobs, {} bytes; {} were there',
  'The configuration has {}:',
  ': {} are both given; give one',
  'there is none',
  '{} must be {}{}',
  '.{} must be {}{}',
  '{}.type must be one of {}{}',
  '; what was given is a secret',
  'kubernetes.clusters[{}].people.provider: ',
  'no {} that bindDn may read',
  'the bucket is in another region: set store.region{}',
  // The log's, and the metrics'.
  'Attempts of this process to get a TLS certificate',
  'somebody has more groups in the directory',
  'The server takes no writes: another one may',
  'The writer of the metadata',
  "The S3 service of store '{}'",
  "An upload's note is about",
  // What Node and the driver say, to tell their errors apart.
  'does not take an argument',
  'Query read timeout',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  // Nobody sees it: no configuration comes as far, it is a name for comparing.
  'proxy of {}',
  "The store '{}' is a proxy",
];

const say = chineseWith(settingsInChinese());
/** Three words in a row are a sentence, unless they are typed. */
const english = /[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}/;

/** A sentence as somebody gets it: with something in each hole, and where it is the end of one with a beginning. */
function example(text: string): string {
  const filled = text.replaceAll('{}', '7');
  return /^[.:;,]/.test(filled) ? `stores[7]${filled}` : filled;
}

test("whatever the server's verbs say in words is known in Chinese", () => {
  // Those of several lines are helps, which test/terminal/server-verbs.test.ts looks at.
  const sentences = serverSentences(saying).filter(({ text }) => !text.trim().includes('\n'));
  assert.ok(sentences.length > 250, `only ${sentences.length} sentences were found: look where they are now`);
  const unknown = sentences
    .filter(({ text }) => !notSaid.some((beginning) => text.startsWith(beginning)))
    .filter(({ text }) => say(example(text)) === example(text) || english.test(say(example(text)).replaceAll(/(['`]).*?\1/g, '')))
    .map(({ text, place }) => `${place}: ${text}`);
  assert.deepEqual(unknown, [], 'write them into packages/cli/src/language/chinese/server-*.ts');
});
