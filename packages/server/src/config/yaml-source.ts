import { createRequire } from 'node:module';
import type { LineCounter, Node } from 'yaml';
import { didYouMean, type SourceContent } from './config-problem.ts';
import { findSetting, isSection, lists, settings } from './settings.ts';

type Yaml = typeof import('yaml');

/** No configuration is anywhere near; what is larger is another file. */
const largestFile = 1_048_576;
const mostAliases = 20;

/** Keys that may stand directly below `section` ('' for the top). */
function namesBelow(section: string): string[] {
  const prefix = section === '' ? '' : `${section}.`;
  const below = settings.filter((setting) => !setting.hidden && setting.key.startsWith(prefix));
  const names = below.map((setting) => setting.key.slice(prefix.length).split('.', 1)[0] ?? '');
  return [...new Set([...names, ...(section === '' ? lists.keys() : [])])];
}

/** Walks a document along the keys that exist, so that nothing in it is ever taken on trust. */
class YamlReader {
  readonly #places = new Map<string, string>();
  readonly content: SourceContent = { values: new Map(), problems: [], places: this.#places };
  readonly #file: string;
  readonly #text: string;
  readonly #yaml: Yaml;
  readonly #lines: LineCounter;

  constructor(yaml: Yaml, file: string, text: string) {
    this.#yaml = yaml;
    this.#lines = new yaml.LineCounter();
    this.#file = file;
    this.#text = text;
  }

  read(): SourceContent {
    const { parseDocument, isAlias } = this.#yaml;
    const document = parseDocument(this.#text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true });
    for (const error of document.errors) this.#report(error.pos[0], error.message);
    if (document.errors.length > 0 || document.contents === null) return this.content;
    const toValue = (node: Node): unknown => node.toJS(document, { maxAliasCount: mostAliases });
    const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
    this.#section('', document.contents, resolve, toValue);
    return this.content;
  }

  #report(offset: number | undefined, message: string): void {
    this.content.problems.push({ source: this.#at(offset), message });
  }

  #at(offset: number | undefined): string {
    return offset === undefined ? this.#file : `${this.#file}:${this.#lines.linePos(offset).line}`;
  }

  #section(section: string, node: unknown, resolve: (node: unknown) => unknown, toValue: (node: Node) => unknown): void {
    const { isAlias, isMap, isScalar } = this.#yaml;
    if (!isMap(node)) {
      this.#report(
        (node as Partial<Node> | undefined)?.range?.[0],
        `${section === '' ? 'the file' : section} must hold keys: ${namesBelow(section).join(', ')}`,
      );
      return;
    }
    for (const pair of node.items) {
      const offset = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      const key = section === '' ? name : `${section}.${name}`;
      const value = resolve(pair.value);
      if (isAlias(pair.value) && value === undefined)
        this.#report(offset, `${key} is an alias of ${pair.value.source}, which does not exist`);
      else if (lists.has(key) || findSetting(key)?.entry !== undefined) {
        this.#value(key, value, offset, toValue);
        this.#noteParts(key, value, resolve);
      } else if (findSetting(key) !== undefined) this.#value(key, value, offset, toValue);
      else if (!isSection(key)) this.#report(offset, `unknown key ${key}${didYouMean(name, namesBelow(section))}`);
      // A section whose every line is commented out is an empty one.
      else if (!isScalar(value) || value.value !== null) this.#section(key, value, resolve, toValue);
    }
  }

  /** Notes the lines of the parts of a list, for what is wrong with one of them. */
  #noteParts(key: string, node: unknown, resolve: (node: unknown) => unknown): void {
    const { isMap, isNode, isScalar, isSeq } = this.#yaml;
    const parts: readonly (readonly [unknown, unknown, unknown])[] = isSeq(node)
      ? node.items.map((item, index) => [index, item, item] as const)
      : isMap(node)
        ? node.items.map((pair) => [isScalar(pair.key) ? pair.key.value : '', pair.key, pair.value] as const)
        : [];
    for (const [name, place, value] of parts) {
      if (isNode(place)) this.#places.set(`${key}.${name}`, this.#at(place.range?.[0]));
      // Deeper than any list goes; an alias may point at what holds it.
      if (key.split('.').length < 4) this.#noteParts(`${key}.${name}`, resolve(value), resolve);
    }
  }

  #value(key: string, node: unknown, offset: number | undefined, toValue: (node: Node) => unknown): void {
    const source = this.#at(offset);
    try {
      this.content.values.set(key, { value: node === null || node === undefined ? null : toValue(node as Node), source });
    } catch (error) {
      // The library throws on aliases that multiply or, inside a list, point nowhere.
      this.content.problems.push({ source, message: `${key}: ${error instanceof Error ? error.message : String(error)}` });
    }
  }
}

/** Reads a configuration file's text. `file` is only what problems call it. */
export function readYaml(file: string, text: string): SourceContent {
  if (text.length > largestFile) {
    return {
      values: new Map(),
      problems: [{ source: file, message: `larger than ${largestFile} bytes; is this the configuration file?` }],
    };
  }
  // Most servers have no file, and the parser takes longer to load than all of config/. Required, since reading a configuration is
  // synchronous and import() is not.
  return new YamlReader(createRequire(import.meta.url)('yaml') as Yaml, file, text).read();
}
