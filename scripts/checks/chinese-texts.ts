import ts from 'typescript';
import { contentRows } from '../../packages/cli/src/commands/api/content.ts';
import { machineRows } from '../../packages/cli/src/commands/api/machines.ts';
import { operationRows } from '../../packages/cli/src/commands/api/operation-rows.ts';
import { peopleRows } from '../../packages/cli/src/commands/api/people.ts';
import { projectRows } from '../../packages/cli/src/commands/api/projects.ts';
import { clientCommands } from '../../packages/cli/src/commands/index.ts';
import { helpFlag } from '../../packages/cli/src/flags.ts';
import { commandsInChinese } from '../../packages/cli/src/language/chinese/commands.ts';
import { flagsInChinese } from '../../packages/cli/src/language/chinese/flags.ts';
import { sayInChinese } from '../../packages/cli/src/language/say-in-chinese.ts';
import { serverVerbs } from '../../packages/cli/src/server-verbs.ts';
import type { Finding } from './finding.ts';

const folder = 'packages/cli/src/language/chinese';
const fix = `Say it in Chinese in ${folder}/, by its English; \`{}\` stands for what varies.`;

const rows = [...contentRows, ...machineRows, ...operationRows, ...peopleRows, ...projectRows];
const helpTexts = (): ReadonlySet<string> =>
  new Set([
    ...clientCommands.flatMap(({ summary, flags }) => [summary, ...flags.map((flag) => flag.summary)]),
    helpFlag.summary,
    ...serverVerbs.values(),
    ...rows.flatMap(({ loses = '' }) => loses),
  ]);

/** What of the help has no Chinese, and what of the Chinese is of no help any more. */
export function checkHelpInChinese(texts: ReadonlySet<string> = helpTexts()): Finding[] {
  const missing = [...texts].filter((text) => text !== '' && sayInChinese(text) === text);
  const known = Object.keys({ ...commandsInChinese, ...flagsInChinese }).filter((text) => !text.includes('{}'));
  return [
    ...missing.map((text) => ({ where: folder, problem: `'${text}' is English only`, fix })),
    ...known
      .filter((text) => !texts.has(text))
      .map((text) => ({ where: folder, problem: `nothing says '${text}'`, fix: 'Take it out, or correct its English.' })),
  ];
}

/** The complaints about command lines in a source that have no Chinese. */
export function checkComplaintsInChinese(path: string, source: string): Finding[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: Finding[] = [];
  const visit = (node: ts.Node): void => {
    const samples = ts.isNewExpression(node) && node.expression.getText() === 'UsageError' ? samplesOf(node.arguments?.[0]) : [];
    const [text] = samples;
    if (text !== undefined && samples.every((sample) => sayInChinese(sample) === sample)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push({ where: `${path}:${line + 1}`, problem: `'${text}' is English only`, fix });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What a text may look like when it is said, parts that depend on something there or left out; none for what is no literal. */
function samplesOf(node: ts.Expression | undefined): readonly string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (!ts.isTemplateExpression(node)) return [];
  return ['x', ''].map((conditional) => {
    const parts = node.templateSpans.map(
      ({ expression, literal }) => (ts.isConditionalExpression(expression) ? conditional : 'x') + literal.text,
    );
    return node.head.text + parts.join('');
  });
}
