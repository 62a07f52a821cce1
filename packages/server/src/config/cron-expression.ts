import { Cron } from 'croner';

/** Whether `text` is a cron expression of five fields that has a next time. */
export function isCronExpression(text: string): boolean {
  try {
    // An offset rather than a time zone: for one by name Node loads the data of all, for 13 ms.
    return new Cron(text, { mode: '5-part', paused: true, utcOffset: 0 }).nextRun() !== null;
  } catch {
    // The library reports a malformed expression by throwing; the setting's own text says what is accepted.
    return false;
  }
}
