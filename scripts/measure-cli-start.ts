// npm run measure:cli: how long the built command takes from its start to its end (after npm run build:cli), fastest and median of several runs.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../packages/cli/dist/', import.meta.url));
const runs = 21;

const shapes: readonly (readonly [name: string, program: string, ...args: string[]])[] = [
  ['single file', `${dist}longshore-linux-${process.arch}`],
  ['npm package', process.execPath, `${dist}npm/longshore.js`],
  ['node alone', process.execPath, '-e', '0'],
];

for (const [name, program, ...before] of shapes) {
  for (const words of name === 'node alone' ? [[]] : [['version'], ['--help'], ['project', 'create', '--help']]) {
    const times = Array.from({ length: runs }, () => {
      const startedMs = performance.now();
      const { status, stderr } = spawnSync(program, [...before, ...words]);
      if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
      return performance.now() - startedMs;
    }).toSorted((a, b) => a - b);
    console.log(
      `${name.padEnd(12)} ${words.join(' ').padEnd(22)} fastest ${times[0]?.toFixed(0)} ms, median ${times[(runs - 1) / 2]?.toFixed(0)} ms`,
    );
  }
}
