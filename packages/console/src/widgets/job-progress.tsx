import { Descriptions } from 'antd';
import { jobsTexts } from '../i18n/jobs-texts.ts';
import { useLanguage, useTexts } from '../i18n/language.tsx';
import { SizeText } from './size-text.tsx';

const named = [
  'bytes',
  'manifests',
  'blobs',
  'links',
  'uploads',
  'orphans',
  'failed',
  'tagsKept',
  'tagsRemoved',
  'manifestsRemoved',
  'projects',
  'corrected',
  'bytesRead',
  'bytesTotal',
] as const;

const isNamed = (key: string): key is (typeof named)[number] => (named as readonly string[]).includes(key);

/** What a job last told of itself, which is an object of its own for each kind of job: whatever is known here by name, and other numbers as they are. */
export function JobProgress({ progress }: { progress: unknown }) {
  const say = useTexts(jobsTexts);
  const { language } = useLanguage();
  if (typeof progress !== 'object' || progress === null) return null;
  const number = new Intl.NumberFormat(language);
  const items = Object.entries(progress).flatMap(([key, value]) => {
    if (typeof value !== 'number') return [];
    const isSize = /bytes/i.test(key);
    const label = isNamed(key) ? say(`progress.${key}`) : key;
    return [{ key, label, children: isSize ? <SizeText bytes={value} /> : number.format(value) }];
  });
  return items.length === 0 ? null : <Descriptions size="small" column={{ xs: 1, sm: 2, md: 3 }} items={items} />;
}
