import { Cron } from 'croner';

/** Whether `text` is a cron expression of five fields that has a next time. */
export function isCronExpression(text: string): boolean {
  try {
    return new Cron(text, { mode: '5-part', paused: true, timezone: 'UTC' }).nextRun() !== null;
  } catch {
    // The library reports a malformed expression by throwing; the setting's own text says what is accepted.
    return false;
  }
}
