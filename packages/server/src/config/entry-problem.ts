import type * as v from 'valibot';
import { type ConfigProblem, describeGiven, didYouMean, type SourceContent } from './config-problem.ts';
import type { SettingNode } from './setting-node.ts';
import { acceptedBy, findSetting } from './settings.ts';

/**
 * What is wrong inside a setting that is a list of entries (`federation.issuers`), with the line of it in a file; undefined when the
 * refusal is about something else.
 */
export function entryProblem(
  issue: v.BaseIssue<unknown>,
  { values, places }: Pick<SourceContent, 'values' | 'places'>,
): ConfigProblem | undefined {
  const path = (issue.path ?? []).map(({ key }) => String(key));
  const [section, name, index, ...inner] = path;
  const key = `${section}.${name}`;
  const entry = findSetting(key)?.entry;
  if (entry === undefined || index === undefined) return undefined;
  const label = inner.reduce((text, part) => text + (/^\d+$/.test(part) ? `[${part}]` : `.${part}`), `${key}[${index}]`);
  const place = path.map((_, last) => places?.get(path.slice(0, path.length - last).join('.'))).find((found) => found !== undefined);
  const source = place ?? values.get(key)?.source ?? key;
  if (issue.type === 'partial_check') return { source, message: `${label}: ${issue.message}` };
  const parent = nodeAt(entry, inner.slice(0, -1));
  const last = inner.at(-1) ?? '';
  if (issue.expected === 'never') {
    return { source, message: `${label} is unknown${didYouMean(last, Object.keys(parent?.properties ?? {}))}` };
  }
  const node = nodeAt(entry, inner);
  const must = inner.length === 0 ? `hold keys: ${Object.keys(entry.properties ?? {}).join(', ')}` : `be ${acceptedBy(node ?? {}).en}`;
  const given = issue.input === undefined ? '; it is missing' : describeGiven(issue.input);
  return { source, message: `${label} must ${must}${given}` };
}

function nodeAt(node: SettingNode | undefined, path: readonly string[]): SettingNode | undefined {
  // The items of a list are described by the list.
  return path.reduce((found, part) => (/^\d+$/.test(part) ? found : found?.properties?.[part]), node);
}
