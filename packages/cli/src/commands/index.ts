import type { Command } from '../command.ts';
import { inspect } from './inspect.ts';
import { ls } from './ls.ts';
import { ping } from './ping.ts';
import { version } from './version.ts';

/** The verbs that this package implements, by name. */
export const clientVerbs: ReadonlyMap<string, Command> = new Map(Object.entries({ ping, ls, inspect, version }));
