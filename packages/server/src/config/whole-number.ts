import { z } from 'zod';

/** A whole number from `least` to `most`, both included. */
export const wholeFrom = (least: number, most: number) => z.int().min(least).max(most);
