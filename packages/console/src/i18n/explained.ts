import { problems } from './en/problems.ts';
import type { Language } from './messages.ts';
import { problemAdvice, problemsThatTellMore } from './zh-CN/problem-advice.ts';

/** A kind of refusal that has texts here. */
export type KnownProblem = keyof typeof problems;

/**
 * What to do about a refusal of the registry, which explains itself in English: for readers of that, `detail` is all. Others get advice in their
 * language by the kind of refusal, and `detail` where the kind does not say everything.
 */
export function explained(language: Language, code: KnownProblem, detail: string): { advice?: string; detail?: string } {
  const advice = language === 'en' ? undefined : problemAdvice[code];
  if (advice === undefined) return { detail };
  return { advice, ...(problemsThatTellMore.includes(code) && { detail }) };
}

/** The kind of refusal that a code of the API means. */
export function knownProblem(code: string): KnownProblem {
  return Object.hasOwn(problems, code) ? (code as KnownProblem) : 'unknown';
}
