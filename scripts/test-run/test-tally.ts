import { relative } from 'node:path';
import { inspect } from 'node:util';

/** The events of node:test that count here. Events of one file come in order, those of several files interleaved. */
export interface TestEvent {
  readonly type: string;
  readonly data: TestEventData;
}

interface TestEventData {
  readonly name?: string;
  readonly nesting?: number;
  readonly file?: string;
  readonly message?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details?: { readonly type?: string; readonly error?: Error & { readonly failureType?: string } };
  readonly counts?: { readonly tests: number };
  readonly duration_ms?: number;
}

/** What is known of a file whose tests run. */
interface RunningFile {
  readonly names: string[];
  readonly output: string[];
  failures: number;
  isFinished: boolean;
}

/** Counts results and says, in lines for a person, what happened. */
export class TestTally {
  passed = 0;
  readonly failed: string[] = [];
  readonly skipped: string[] = [];
  readonly #files = new Map<string, RunningFile>();
  readonly #print: (line: string) => void;
  readonly #root: string;

  /** `root`: paths are shown relative to it. */
  constructor(print: (line: string) => void, root: string) {
    this.#print = print;
    this.#root = root;
  }

  /** Takes the next event of a run. */
  take({ type, data }: TestEvent): void {
    // The sum of a whole run belongs to no file.
    if (data.file === undefined) return;
    const file = this.#fileOf(data.file);
    if (type === 'test:start') this.#enter(file, data);
    else if (type === 'test:stdout' || type === 'test:stderr') this.#written(file, data.message ?? '');
    else if (type === 'test:pass') this.#pass(file, data);
    else if (type === 'test:fail') this.#fail(file, data);
    else if (type === 'test:summary') this.#finish(data.file, file, data);
  }

  /** Counts something that is no test of node:test, as a check or a run without files. */
  count(name: string, ok: boolean): void {
    if (ok) this.passed += 1;
    else this.failed.push(name);
  }

  /** Prints what was skipped and what failed, then the line that ends every run. Returns the exit code. */
  conclude(): number {
    if (this.passed + this.failed.length === 0) {
      this.#print('No test ran, so nothing is known to work.');
      this.failed.push('no test ran');
    }
    this.#list('Skipped', this.skipped);
    this.#list('Failed', this.failed);
    const skipped = this.skipped.length === 0 ? '' : `, ${this.skipped.length} skipped`;
    this.#print(`${this.passed} passed, ${this.failed.length} failed${skipped}`);
    return this.failed.length === 0 ? 0 : 1;
  }

  #list(title: string, names: readonly string[]): void {
    if (names.length > 0) this.#print([`${title}:`, ...names.map((name) => `  ${name}`), ''].join('\n'));
  }

  #fileOf(path: string): RunningFile {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const file: RunningFile = { names: [], output: [], failures: 0, isFinished: false };
    this.#files.set(path, file);
    return file;
  }

  #enter({ names }: RunningFile, { name = '', nesting = 0 }: TestEventData): void {
    names.splice(nesting, names.length, name);
  }

  /** node:test reports a file as a test of that name when the file has no tests or its process fails. */
  #isWholeFile({ name = '', file = '', nesting }: TestEventData): boolean {
    return nesting === 0 && (name === file || name === relative(this.#root, file));
  }

  #fullName({ names }: RunningFile, data: TestEventData): string {
    const path = relative(this.#root, data.file ?? '');
    if (this.#isWholeFile(data)) return path;
    return [path, ...names.slice(0, data.nesting), data.name].join(' > ');
  }

  #pass(file: RunningFile, data: TestEventData): void {
    const reason = data.skip ?? data.todo;
    if (reason !== undefined && reason !== false) {
      const unsaid = data.skip === undefined ? 'to be written' : 'no reason given';
      this.skipped.push(`${this.#fullName(file, data)}: ${typeof reason === 'string' && reason !== '' ? reason : unsaid}`);
    } else if (this.#isWholeFile(data)) {
      this.#failure(file, data, 'The file has no tests.');
    } else if (data.details?.type !== 'suite') {
      this.passed += 1;
    }
  }

  #fail(file: RunningFile, data: TestEventData): void {
    const error = data.details?.error;
    // The parent of a failed test says nothing of its own.
    if (error?.failureType === 'subtestsFailed') return;
    this.#failure(file, data, inspect(error?.cause instanceof Error ? error.cause : (error ?? 'no error given'), { depth: 6 }));
    // No summary follows when the process itself failed.
    if (this.#isWholeFile(data)) this.#printOutput(file);
  }

  #failure(file: RunningFile, data: TestEventData, text: string): void {
    const name = this.#fullName(file, data);
    this.failed.push(name);
    file.failures += 1;
    this.#print(`FAILED  ${name}\n${text.replace(/^/gm, '    ')}\n`);
  }

  /** A process writes also after its summary, as it exits. */
  #written(file: RunningFile, text: string): void {
    if (!file.isFinished) file.output.push(text);
    else if (file.failures > 0) this.#print(text.trimEnd().replace(/^/gm, '    | '));
  }

  #finish(path: string, file: RunningFile, { counts, duration_ms: milliseconds = 0 }: TestEventData): void {
    const size = `${counts?.tests ?? 0} tests, ${(milliseconds / 1000).toFixed(1)} s`;
    this.#print(`${file.failures === 0 ? 'ok    ' : 'FAILED'}  ${relative(this.#root, path)} (${size})`);
    if (file.failures > 0) this.#printOutput(file);
    file.isFinished = true;
  }

  #printOutput({ output }: RunningFile): void {
    const text = output.splice(0).join('').trimEnd();
    if (text !== '') this.#print(`    What its processes wrote:\n${text.replace(/^/gm, '    | ')}\n`);
  }
}
