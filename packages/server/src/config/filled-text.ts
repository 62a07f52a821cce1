import * as v from 'valibot';

/** A text that is not empty. */
export const filledText = v.pipe(v.string(), v.minLength(1));
