// npm run dev [-- ARGUMENTS]: the server, started again whenever a source changes.
import { runNode } from '../packages/cli/bin/run-node.js';

const watched = ['oci', 'server', 'cli'].map((name) => `--watch-path=packages/${name}/src`);
runNode(process.execPath, [...watched, '--watch-preserve-output', 'packages/cli/bin/longshore.js', 'serve', ...process.argv.slice(2)]);
