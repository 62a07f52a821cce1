const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

interface Field {
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

const fields: readonly Field[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: months },
  { least: 0, most: 6, names: days },
];

/** Whether a CronJob takes this schedule: five fields or a word such as `@daily`. Names and signs are those of its parser (robfig/cron 3). */
export function isCronSchedule(text: string): boolean {
  if (text.startsWith('@')) return descriptors.includes(text);
  const parts = text.split(/\s+/).filter((part) => part !== '');
  return parts.length === fields.length && fields.every((field, index) => parts[index]?.split(',').every((part) => isRange(part, field)));
}

/** `*`, `5`, `1-5`, each perhaps with `/2`. */
function isRange(text: string, field: Field): boolean {
  const [range = '', step, ...more] = text.split('/');
  if (more.length > 0 || (step !== undefined && !(/^\d{1,4}$/.test(step) && Number(step) > 0))) return false;
  if (range === '*' || range === '?') return true;
  const [from = '', to = from, ...others] = range.split('-');
  const [first, last] = [numberIn(from, field), numberIn(to, field)];
  return others.length === 0 && first !== undefined && last !== undefined && first <= last;
}

function numberIn(text: string, { least, most, names }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + least;
  const value = Number(text);
  return /^\d{1,2}$/.test(text) && value >= least && value <= most ? value : undefined;
}
