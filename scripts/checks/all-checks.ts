import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { checkDocuments } from './document-rules.ts';
import { type Finding, formatFinding } from './finding.ts';
import { checkGenerated, generatedDocuments } from './generated-documents.ts';
import { checkLock } from './lock-rules.ts';
import { checkSource } from './source-rules.ts';

const execute = promisify(execFile);

/** A check that passed (`problems` empty) or what it says is wrong, where, and what to do. */
export interface CheckResult {
  readonly name: string;
  readonly problems: string;
  readonly seconds: number;
}

/** One check; resolves to what is wrong, '' when nothing is. */
interface Check {
  readonly name: string;
  readonly run: () => Promise<string>;
}

/** Runs a tool of node_modules under this Node; what it prints counts only when it fails. */
async function tool(advice: string, script: string, ...args: string[]): Promise<string> {
  try {
    await execute(process.execPath, [`node_modules/${script}`, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return '';
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    return `${(stdout + stderr).trim() || message}\n${advice}`;
  }
}

const listed = (findings: readonly Finding[]) => findings.map(formatFinding).join('\n');

async function filesOf(...patterns: readonly string[]): Promise<string[]> {
  const { stdout } = await execute('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns]);
  return stdout.split('\n').filter((file) => file !== '' && existsSync(file));
}

async function sources(): Promise<string> {
  const generated = new Set(generatedDocuments.map(({ path }) => path));
  const files = (await filesOf('*.ts', '*.tsx', '*.js')).filter((file) => !generated.has(file));
  return listed(files.flatMap((file) => checkSource(file, readFileSync(file, 'utf8'))));
}

/** Imported when it runs: the commands are made of a generated file, which another check looks at. */
async function chinese(): Promise<string> {
  const { checkComplaintsInChinese, checkHelpInChinese } = await import('./chinese-texts.ts');
  const files = (await filesOf('packages/cli/src/*.ts')).filter((file) => !file.endsWith('.test.ts'));
  return listed([...checkHelpInChinese(), ...files.flatMap((file) => checkComplaintsInChinese(file, readFileSync(file, 'utf8')))]);
}

async function documents(): Promise<string> {
  const files = await filesOf('*.md');
  return listed(checkDocuments(new Map(files.map((file) => [file, readFileSync(file, 'utf8')])), existsSync));
}

const checks: readonly Check[] = [
  {
    name: 'types',
    run: async () => {
      const advice = 'Types must hold everywhere, tests included.';
      const projects = ['tsconfig.json', 'packages/console/tsconfig.json'];
      const found = await Promise.all(projects.map((project) => tool(advice, 'ts7/bin/tsc', '-p', project, '--pretty', 'false')));
      return found.filter((problems) => problems !== '').join('\n');
    },
  },
  {
    name: 'lint and format',
    run: () =>
      tool(
        'npm run format repairs the format and what can be repaired safely.',
        '@biomejs/biome/bin/biome',
        'check',
        '--error-on-warnings',
        '--max-diagnostics=20',
        '--colors=off',
      ),
  },
  {
    name: 'layers and cycles',
    run: () =>
      tool(
        'The rules and their reasons: .dependency-cruiser.cjs, docs/architecture.md.',
        'dependency-cruiser/bin/dependency-cruiser.mjs',
        ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', 'packages', 'test', 'bench', 'scripts'],
      ),
  },
  { name: 'source rules', run: sources },
  { name: 'documents', run: documents },
  { name: 'texts in Chinese', run: chinese },
  {
    name: 'dead code',
    run: () =>
      tool(
        'Delete what nothing uses, or take the export away; entry points are named in knip.json.',
        'knip/bin/knip.js',
        '--no-progress',
        '--no-config-hints',
      ),
  },
  {
    name: 'generated documents',
    run: async () => listed(await checkGenerated((path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined))),
  },
  { name: 'lock file', run: () => Promise.resolve(listed(checkLock(readFileSync('package-lock.json', 'utf8')))) },
];

async function runCheck({ name, run }: Check): Promise<CheckResult> {
  const startedAt = performance.now();
  const problems = await run().catch(
    (error: unknown) => `The check itself failed: ${error instanceof Error ? error.stack : String(error)}`,
  );
  return { name, problems, seconds: (performance.now() - startedAt) / 1000 };
}

/** Runs every check, one after the other, from the root of the repository; `done` gets each result as it comes. */
export async function runChecks(done: (result: CheckResult) => void): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const result = await runCheck(check);
    results.push(result);
    done(result);
  }
  return results;
}

/** The line, or for a failure the lines, that a person sees of a result. */
export function formatResult({ name, problems, seconds }: CheckResult): string {
  const head = `${problems === '' ? 'ok    ' : 'FAILED'}  check: ${name} (${seconds.toFixed(1)} s)`;
  return problems === '' ? head : `${head}\n${problems.replace(/^/gm, '    ')}\n`;
}
