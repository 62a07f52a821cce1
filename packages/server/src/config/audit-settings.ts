import * as v from 'valibot';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

/** Settings of section `audit`. */
export const audit = v.strictObject({
  days: v.pipe(
    v.optional(wholeFrom(0, 36_500), 365),
    notes('How many days entries of the audit log are kept; 0: for ever.', '审计日志条目的保留天数；0 表示永久保留。'),
  ),
});
