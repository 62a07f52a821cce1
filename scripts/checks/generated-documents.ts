import { renderJsonSchema, renderReference } from '../../packages/server/src/config/reference.ts';
import type { Finding } from './finding.ts';

/** A file that is written by a program and committed. */
interface GeneratedDocument {
  readonly path: string;
  readonly render: () => string;
}

/** Everything that `npm run docs` writes. */
export const generatedDocuments: readonly GeneratedDocument[] = [
  { path: 'docs/reference/configuration.md', render: () => renderReference('en') },
  { path: 'docs/reference/configuration.zh-CN.md', render: () => renderReference('zh') },
  { path: 'docs/reference/configuration.schema.json', render: renderJsonSchema },
];

/** Which documents differ from what would be written now; `read` answers undefined for a file that is not there. */
export function checkGenerated(read: (path: string) => string | undefined, documents = generatedDocuments): Finding[] {
  return documents
    .filter(({ path, render }) => read(path) !== render())
    .map(({ path }) => ({ where: path, problem: 'is not what the sources say', fix: 'Run npm run docs and commit the result.' }));
}
