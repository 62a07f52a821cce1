import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const sources = fileURLToPath(new URL('../../packages/server/src', import.meta.url));

/** What the API's bodies get their sentences from. */
export const answering: readonly string[] = [
  '{access,comparing,features,jobs,layers,management,outgoing}/**/*.ts',
  'http/{api/**/*,audited-denials,error-answer,foreign-refusal,subject-rates}.ts',
  'identity/{accounts,external-passwords,foreign-login,passwords,robot-login,federation/*}.ts',
  'registry/{quota-refusal,quotas,kept-tag,copy-blob,blob-stores}.ts',
  'registry/ports/{agent,authenticator}.ts',
  'metadata/commands/promotion-conditions.ts',
];

/** Members of descriptions, which are for the documents, and of texts that stand in both languages. */
const described = new Set(['description', 'summary', 'title', 'examples', 'help', 'en', 'zh']);
/** Calls whose texts go to the log, or to whoever wrote the call, or stand in both languages. */
const unheard = /(^|\.)(logger|log)\.\w+$|^(Type\.\w+|TypeError|assert\.\w+|glob|createSecretBox|notes|prefix)$/;

/** A sentence that the server may say to a person, with `{}` for each part that varies, and where it stands. */
export interface ServerSentence {
  readonly text: string;
  readonly place: string;
}

/** Every text of several words in the server's sources of these names: messages of refusals, reasons, lines of jobs. */
export function serverSentences(names: readonly string[]): ServerSentence[] {
  return globSync(names, { cwd: sources })
    .filter((file) => !/\.test\.ts$|-bench\.ts$/.test(file))
    .toSorted()
    .flatMap((file) =>
      sentencesOf(file, ts.createSourceFile(file, readFileSync(join(sources, file), 'utf8'), ts.ScriptTarget.Latest, true)),
    );
}

function sentencesOf(file: string, source: ts.SourceFile): ServerSentence[] {
  const found: ServerSentence[] = [];
  const look = (node: ts.Node): void => {
    if (isUnheard(node)) return;
    const text = textOf(node);
    if (text !== undefined && isSentence(text)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ text, place: `${file}:${line + 1}` });
    }
    // What fills a hole may be a sentence of its own; the parts of a sum are not.
    if (text !== undefined && ts.isBinaryExpression(node)) for (const part of partsOf(node)) ts.forEachChild(part, look);
    else ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

function isUnheard(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return true;
  if (ts.isPropertyAssignment(node)) return described.has(node.name.getText());
  return (ts.isCallExpression(node) || ts.isNewExpression(node)) && unheard.test(node.expression.getText());
}

/** `a` + `b` + `c` as [a, b, c]. */
function partsOf(node: ts.Expression): ts.Expression[] {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken
    ? [...partsOf(node.left), ...partsOf(node.right)]
    : [node];
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('');
  if (!ts.isBinaryExpression(node)) return undefined;
  const parts = partsOf(node);
  if (parts.length === 1) return undefined;
  const texts = parts.map(textOf);
  return texts.some((text) => text !== undefined) ? texts.map((text) => text ?? '{}').join('') : undefined;
}

/** Three words at least, or two with what varies; neither a statement of SQL nor a pattern. */
function isSentence(text: string): boolean {
  if (/^\s*(select|insert|update|delete|with|create|begin|pragma)\b/.test(text) || text.includes('::')) return false;
  const words = text.match(/(?<![\w.{/-])[A-Za-z][a-z']*(?![\w{/=]|\.\w)/g) ?? [];
  return words.length >= (text.includes('{}') ? 2 : 3);
}
