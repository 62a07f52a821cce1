import { posix } from 'node:path';
import type { Finding } from './finding.ts';

/** Of a merge that somebody did not finish (git-merge, "How conflicts are presented"); `=======` alone also underlines titles. */
const conflict = /^(<{7}|>{7}) /;
const link = /\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g;
const decision = /^docs\/decisions\/(\d{4})-/;

/** Checks Markdown: no traces of merges, links lead to files that exist, no two decisions have one number. `files`: path -> text. */
export function checkDocuments(files: ReadonlyMap<string, string>, exists: (path: string) => boolean): Finding[] {
  const numbers = new Map<string, string>();
  return [...files].flatMap(([file, text]) => {
    const [, number] = decision.exec(file) ?? [];
    const other = number === undefined ? undefined : numbers.get(number);
    if (number !== undefined) numbers.set(number, file);
    const twice = {
      where: file,
      problem: `has the number of ${other}`,
      fix: 'Decisions are numbered in the order in which they were made: take the next.',
    };
    return [
      ...(other === undefined ? [] : [twice]),
      ...text.split('\n').flatMap((line, index) => checkLine(`${file}:${index + 1}`, file, line, exists)),
    ];
  });
}

function checkLine(where: string, file: string, line: string, exists: (path: string) => boolean): Finding[] {
  const findings: Finding[] = [];
  if (conflict.test(line)) findings.push({ where, problem: 'is of a merge that was not finished', fix: 'Keep what both sides meant.' });
  for (const [, target = ''] of line.matchAll(link)) {
    if (/^[a-z]+:/.test(target) || exists(posix.join(posix.dirname(file), target))) continue;
    findings.push({ where, problem: `links to ${target}, which is not there`, fix: 'Write the path as seen from this file.' });
  }
  return findings;
}
