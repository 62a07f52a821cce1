import { parseArgs } from 'node:util';
import { runTorture } from './run-torture.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now()) },
    clients: { type: 'string', default: '8' },
    workers: { type: 'string', default: '1' },
  },
});
const seconds = Number(values.minutes) * 60;
const clients = Number(values.clients);
const workers = Number(values.workers);
if (!(seconds > 0) || ![clients, workers].every((count) => Number.isInteger(count) && count >= 1)) {
  console.error('usage: npm run torture -- [--minutes N] [--seed S] [--clients N] [--workers N]');
  process.exit(2);
}
console.log(`torture for ${values.minutes} minutes with ${clients} clients, ${workers} workers, seed ${values.seed}`);
const findings = await runTorture({ seed: values.seed, seconds, clients, workers, report: (line) => console.log(line) });
console.log(`${findings.collections} garbage collections ran beside the server's own`);
if (!findings.clean) {
  console.log(`${findings.unexpected} answers were not as the protocol demands; the same choices again: --seed ${values.seed}`);
  process.exitCode = 1;
}
console.log(findings.summary());
