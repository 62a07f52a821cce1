import { renderJsonSchema, renderReference } from '../../packages/server/src/config/reference.ts';
import { renderClientTypes, renderOpenApi, renderOperations } from './api-documents.ts';
import { renderCommandOperations } from './command-operations.ts';
import type { Finding } from './finding.ts';

/** A file that is written by a program and committed. */
interface GeneratedDocument {
  readonly path: string;
  readonly render: () => string | Promise<string>;
}

/** Imported when it is written: the commands are made of operations.json, which may have been written just before. */
async function renderCommands(language: 'en' | 'zh'): Promise<string> {
  return (await import('./command-documents.ts')).renderCommands(language);
}

/** Everything that `npm run docs` writes. */
export const generatedDocuments: readonly GeneratedDocument[] = [
  { path: 'docs/reference/configuration.md', render: () => renderReference('en') },
  { path: 'docs/reference/configuration.zh-CN.md', render: () => renderReference('zh') },
  { path: 'docs/reference/configuration.schema.json', render: renderJsonSchema },
  { path: 'docs/reference/openapi.json', render: renderOpenApi },
  { path: 'docs/reference/management-api.md', render: () => renderOperations('en') },
  { path: 'docs/reference/management-api.zh-CN.md', render: () => renderOperations('zh') },
  { path: 'packages/api-client/src/openapi.ts', render: renderClientTypes },
  { path: 'packages/cli/src/api/operations.json', render: renderCommandOperations },
  { path: 'docs/reference/commands.md', render: () => renderCommands('en') },
  { path: 'docs/reference/commands.zh-CN.md', render: () => renderCommands('zh') },
];

/** Which documents differ from what would be written now; `read` answers undefined for a file that is not there. */
export async function checkGenerated(read: (path: string) => string | undefined, documents = generatedDocuments): Promise<Finding[]> {
  const stale: GeneratedDocument[] = [];
  for (const document of documents) if (read(document.path) !== (await document.render())) stale.push(document);
  return stale.map(({ path }) => ({ where: path, problem: 'is not what the sources say', fix: 'Run npm run docs and commit the result.' }));
}
