import { problems } from './en/problems.ts';
import type { Language, RegistryWords } from './messages.ts';
import { problemAdvice } from './zh-CN/problem-advice.ts';

/** A kind of refusal that has texts here. */
export type KnownProblem = keyof typeof problems;

/**
 * What to do about a refusal of the registry: its own sentence, which says that with the figures of the case; and where it is not known in the language of
 * whoever reads, before it the advice for its kind.
 */
export function explained(language: Language, code: KnownProblem, detail: RegistryWords): { advice?: string; detail: RegistryWords } {
  const advice = language === 'en' || detail.lang === undefined ? undefined : problemAdvice[code];
  return { ...(advice !== undefined && { advice }), detail };
}

/** The kind of refusal that a code of the API means. */
export function knownProblem(code: string): KnownProblem {
  return Object.hasOwn(problems, code) ? (code as KnownProblem) : 'unknown';
}
