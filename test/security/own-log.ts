import { mock } from 'node:test';

/** Everything that this process logs while `work` runs. */
export async function logOf(work: () => Promise<void>): Promise<string> {
  const write = mock.method(process.stderr, 'write', () => true);
  try {
    await work();
    return write.mock.calls.map((call) => String(call.arguments[0])).join('');
  } finally {
    write.mock.restore();
  }
}
