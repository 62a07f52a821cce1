import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestRegistry } from '../protocol/registry-fixture.ts';

const tenMinutesMs = 10 * 60_000;

/**
 * Whoever must wait because of wrong guesses has to wait ten minutes longer, so that a test which looks for the refusal may take as long as
 * it needs: a wait begins with one second.
 */
export function holdDelays({ data }: TestRegistry): void {
  const database = new DatabaseSync(join(data, 'longshore.db'), { timeout: 60_000 });
  database.exec(`update login_failures set at = at + ${tenMinutesMs}`);
  database.close();
}
