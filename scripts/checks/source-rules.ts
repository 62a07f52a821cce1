import ts from 'typescript';
import type { Finding } from './finding.ts';

const longestFile = 400;
const longestFunction = 60;
const emptyNames = /(^|\/)(([a-z-]+-)?(utils?|helpers?|managers?|misc)|common|base|types|shared)\.(tsx?|js)$/;
const openWork = /\b(TODO|FIXME|XXX|HACK)\b/;

// Contract suites and generators of test data are tests that several test files run.
const isTest = (file: string) => /\.test\.ts$|^test\/|\/(contract|testing)\/|-contract\.ts$/.test(file);
const isServer = (file: string) => file.startsWith('packages/server/src/');
const isShipped = (file: string) => /^packages\/[^/]+\/(src|bin)\//.test(file) && !isTest(file) && !file.endsWith('-bench.ts');

/** A file under examination and what was found in it. */
interface Examined {
  readonly file: string;
  readonly source: ts.SourceFile;
  readonly findings: Finding[];
}

function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

function report({ file, source, findings }: Examined, node: ts.Node, problem: string, fix: string): void {
  findings.push({ where: `${file}:${lineOf(source, node.getStart(source))}`, problem, fix });
}

function nameOf(node: ts.SignatureDeclaration, source: ts.SourceFile): string {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent.name : undefined);
  return named?.getText(source) ?? (ts.isConstructorDeclaration(node) ? 'constructor' : 'a function');
}

function checkFunction(examined: Examined, node: ts.Node): void {
  if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined || isTest(examined.file)) return;
  const { source } = examined;
  const lines = lineOf(source, node.getEnd()) - lineOf(source, node.getStart(source)) + 1;
  if (lines <= longestFunction) return;
  report(
    examined,
    node,
    `${nameOf(node, source)} has ${lines} lines`,
    `A function fits on a screen (${longestFunction} lines): give a part of it a name of its own.`,
  );
}

/** `process.env`, whether written so or imported. */
function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && node.expression.getText() === 'process';
  return ts.isImportSpecifier(node) && (node.propertyName ?? node.name).text === 'env' && /process['"]$/.test(importedModule(node));
}

function importedModule(node: ts.ImportSpecifier): string {
  return node.parent.parent.parent.moduleSpecifier.getText();
}

function checkProcess(examined: Examined, node: ts.Node): void {
  const { file } = examined;
  if (!isShipped(file)) return;
  if (readsEnvironment(node) && !file.startsWith('packages/server/src/config/') && !file.startsWith('packages/cli/bin/')) {
    report(
      examined,
      node,
      'reads process.env',
      'Only packages/server/src/config does: add a setting to config/schema.ts and take its value as an argument.',
    );
  }
  if (!isServer(file) || !ts.isPropertyAccessExpression(node)) return;
  const text = node.getText();
  const writes = text === 'process.stdout' || node.expression.getText() === 'console';
  if (writes && !file.startsWith('packages/server/src/observability/')) {
    report(
      examined,
      node,
      `uses ${text}`,
      'Only observability/ writes to standard output: take a logger, or use observability/terminal.ts in a command.',
    );
  }
  if (text === 'process.exit' && file !== 'packages/server/src/main.ts') {
    report(examined, node, 'calls process.exit', 'Only main.ts ends the process: return or throw.');
  }
}

function checkText({ file, source, findings }: Examined): void {
  const lines = source.text.split('\n');
  const count = source.text.endsWith('\n') ? lines.length - 1 : lines.length;
  if (count > longestFile && !source.text.startsWith('// Written by npm run docs'))
    findings.push({ where: file, problem: `has ${count} lines`, fix: `At most ${longestFile}: divide it by what its parts are about.` });
  if (emptyNames.test(file)) findings.push({ where: file, problem: 'its name says nothing', fix: 'Name the file after what it holds.' });
  for (const [index, line] of lines.entries()) {
    if (!openWork.test(line) || file.startsWith('scripts/checks/')) continue;
    findings.push({
      where: `${file}:${index + 1}`,
      problem: 'announces unfinished work',
      fix: 'Finish it, or write an issue and remove the note.',
    });
  }
}

/** Checks one source against the rules that no ready-made tool checks. `file` is relative to the repository's root. */
export function checkSource(file: string, text: string): Finding[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const examined: Examined = { file, source, findings: [] };
  checkText(examined);
  const visit = (node: ts.Node): void => {
    checkFunction(examined, node);
    checkProcess(examined, node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return examined.findings;
}
