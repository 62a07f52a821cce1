// npm run check: types, lint, layers, rules of this repository, dead code, generated files.
import { formatResult, runChecks } from './checks/all-checks.ts';

const results = await runChecks((result) => console.log(formatResult(result)));
const failed = results.filter(({ problems }) => problems !== '').length;
console.log(`${results.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
