// Plain JavaScript without dependencies: this runs before the right Node is known, under Node 20 or newer.
import { spawn } from 'node:child_process';

/** Signals that are passed on; the others either cannot be caught or mean this process alone. */
const forwarded = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']);

/**
 * Runs a Node with these arguments in place of this process: same terminal, signals passed on, and the same end.
 * @param {string} path of the Node binary
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {void}
 */
export function runNode(path, args, env = process.env) {
  const child = spawn(path, args, { stdio: 'inherit', env });
  for (const signal of forwarded) {
    process.on(signal, () => {
      // At a terminal, Ctrl-C reaches the child by itself; a second one could mean "at once" to it.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`Could not run ${path}: ${error.message}.\nInstall Node 24 from https://nodejs.org and run the command again.`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    for (const name of forwarded) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
