import type { Action } from './ports/authorizer.ts';
import { actions } from './ports/authorizer.ts';

/** A set of actions as one number, as roles are stored: bit n is the n-th of `actions`. */
export function maskOf(set: readonly Action[]): number {
  return set.reduce((mask, action) => mask | (1 << actions.indexOf(action)), 0);
}

/** The actions of such a number, in the order of `actions`. */
export function actionsOf(mask: number): Action[] {
  return actions.filter((_, bit) => (mask & (1 << bit)) !== 0);
}
