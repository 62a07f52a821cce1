import { parseArgs } from 'node:util';
import { runTorture } from './run-torture.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now()) },
    clients: { type: 'string', default: '8' },
    workers: { type: 'string', default: '1' },
    replicas: { type: 'string', default: '0' },
  },
});
const seconds = Number(values.minutes) * 60;
const clients = Number(values.clients);
const workers = Number(values.workers);
const replicas = Number(values.replicas);
const counts = [clients, workers, replicas + 1];
if (!(seconds > 0) || !counts.every((count) => Number.isInteger(count) && count >= 1) || (workers > 1 && replicas > 0)) {
  console.error('usage: npm run torture -- [--minutes N] [--seed S] [--clients N] [--workers N | --replicas N]');
  process.exit(2);
}
const servers = replicas > 0 ? `${replicas} replicas` : `${workers} workers`;
console.log(`torture for ${values.minutes} minutes with ${clients} clients, ${servers}, seed ${values.seed}`);
const findings = await runTorture({ seed: values.seed, seconds, clients, workers, replicas, report: (line) => console.log(line) });
console.log(`${findings.collections} garbage collections ran beside the server's own`);
if (replicas > 0) console.log(`${findings.repeated} requests were sent again, none more than ${findings.mostTries} times in all`);
if (!findings.clean) {
  console.log(`${findings.unexpected} answers were not as the protocol demands; the same choices again: --seed ${values.seed}`);
  process.exitCode = 1;
}
console.log(findings.summary());
