import { Cron } from 'croner';

/** When a policy runs unless it says otherwise: every night. */
export const nightly = '17 2 * * *';

/** Whether `text` is a cron expression of five fields that has a next time. */
export function isSchedule(text: string): boolean {
  try {
    return cronOf(text).nextRun() !== null;
  } catch {
    // The library reports a malformed expression by throwing.
    return false;
  }
}

/** The next time after `at`, in local time; undefined for `off`. */
export function nextTime(schedule: string, at: number): number | undefined {
  return schedule === 'off' ? undefined : cronOf(schedule).nextRun(new Date(at))?.getTime();
}

function cronOf(text: string): Cron {
  return new Cron(text, { mode: '5-part', paused: true });
}
