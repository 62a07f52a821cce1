// npm run build:console: the console's pages, into packages/console/dist; nothing to do when its sources are those that it was built of.
// `npm start` does it first, with --optional: a console that cannot be built keeps nobody from a registry.
import { parseArgs } from 'node:util';
import { buildConsole } from './console/console-build.ts';

const { values } = parseArgs({ options: { optional: { type: 'boolean', default: false } } });
try {
  await buildConsole('packages/console', () => console.error('Building the console: some seconds, once.'));
} catch (error) {
  console.error(`The console could not be built: ${error instanceof Error ? error.message : String(error)}`);
  if (values.optional) console.error('The registry starts without it; `npm run build:console` tries again.');
  else process.exitCode = 1;
}
