import { jobsTexts } from '../i18n/jobs-texts.ts';
import { isKnownJob } from '../i18n/known-jobs.ts';
import { useTexts } from '../i18n/language.tsx';

/** What a job is called by those who look for it: its kind in their language, and its number. A kind that a newer registry brought keeps its name. */
export function useJobName(): (job: { readonly name: string; readonly id: string }) => string {
  const say = useTexts(jobsTexts);
  return ({ name, id }) => `${isKnownJob(name) ? say(`job.${name}`) : name} ${id}`;
}
