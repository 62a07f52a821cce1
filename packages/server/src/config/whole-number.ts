import * as v from 'valibot';

/** A whole number from `least` to `most`, both included; it is refused once, whatever is wrong with it. */
export const wholeFrom = (least: number, most: number) =>
  v.config(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)), { abortPipeEarly: true });
