import { programPath } from './programs.ts';
import { runProgram } from './run-program.ts';

const plain = ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1'];

/** Runs one statement that answers with rows, for tests that look at what a server wrote. */
export async function queryPostgres<Row>(url: string, select: string): Promise<Row[]> {
  const text = `select coalesce(json_agg(t), '[]') from (${select}) t`;
  const { stdout } = await runProgram(programPath('psql'), [...plain, '--tuples-only', '--no-align', '--command', text, url]);
  return JSON.parse(stdout) as Row[];
}

/** Runs one statement that changes something. */
export async function executePostgres(url: string, statement: string): Promise<void> {
  await runProgram(programPath('psql'), [...plain, '--command', statement, url]);
}
