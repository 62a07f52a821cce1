// npm run docs: writes the generated part of the documentation.
import { writeFileSync } from 'node:fs';
import { generatedDocuments } from './checks/generated-documents.ts';

for (const { path, render } of generatedDocuments) {
  writeFileSync(path, await render());
  console.log(`wrote ${path}`);
}
