// The `longshore` command where it is one file: what scripts/build-cli.ts bundles.
import { main, processSurroundings } from '../src/main.ts';

void main(process.argv.slice(2), processSurroundings(process.env)).then((code) => {
  // A connection that is kept for a next request must not keep the command alive.
  process.stdout.write('', () => process.exit(code));
});
