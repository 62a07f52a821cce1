// Plain JavaScript without dependencies: npm runs this under whatever Node is there, before anything is installed.
//
//   node scripts/with-node.js [FLAGS OF NODE] SCRIPT [ARGUMENTS]    installs what is missing, then runs SCRIPT with the right Node
import { delimiter, dirname } from 'node:path';
import { findNode } from '../packages/cli/bin/find-node.js';
import { runNode } from '../packages/cli/bin/run-node.js';
import { installDependencies } from './install-dependencies.js';

/**
 * npm runs scripts in a shell that dies by a signal without passing it on: whoever ends npm means what it runs.
 * @returns {void}
 */
function endWithParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}

process.chdir(dirname(import.meta.dirname));
if (installDependencies()) {
  const node = findNode();
  if ('problem' in node) {
    console.error(node.problem);
    process.exitCode = 1;
  } else {
    // Whatever the script starts as `node` is the same Node.
    const env = { ...process.env, PATH: `${dirname(node.path)}${delimiter}${process.env.PATH ?? ''}` };
    runNode(node.path, process.argv.slice(2), env);
    endWithParent();
  }
} else {
  process.exitCode = 1;
}
