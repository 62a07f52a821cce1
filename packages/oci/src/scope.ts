/** A scope of the Docker token protocol: what a token is asked to allow, such as `repository:team/app:pull,push`. */
export interface Scope {
  /** `repository`, `registry` and so on, without the class. */
  readonly type: string;
  /** The class in `repository(plugin)`. */
  readonly class?: string;
  /** The resource; may contain `host:port`, so it is whatever stands between the first and the last colon. */
  readonly name: string;
  /** What is asked for, without duplicates, in the order written; possibly nothing. */
  readonly actions: readonly string[];
}

/** The most scopes one request may hold. */
export const maxScopes = 128;

/** The longest scope, in characters. */
export const maxScopeLength = 1024;

const typePattern = /^([a-z0-9]+)(?:\(([a-z0-9]+)\))?$/;
const namePattern = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const actionPattern = /^(?:[a-z]{1,32}|\*)$/;
const maxActions = 16;

/** One scope, `type:name:actions` or `type(class):name:actions`; undefined when it is malformed or too long. */
export function parseScope(text: string): Scope | undefined {
  if (text.length > maxScopeLength) return undefined;
  const first = text.indexOf(':');
  const last = text.lastIndexOf(':');
  if (first < 0 || first === last) return undefined;
  const [, type, className] = typePattern.exec(text.slice(0, first)) ?? [];
  const name = text.slice(first + 1, last);
  if (type === undefined || !namePattern.test(name)) return undefined;
  const actionText = text.slice(last + 1);
  const actions = actionText === '' ? [] : [...new Set(actionText.split(','))];
  if (actions.length > maxActions || !actions.every((action) => actionPattern.test(action))) return undefined;
  return { type, ...(className === undefined ? {} : { class: className }), name, actions };
}

/** The scope as text; {@link parseScope} reads it back. */
export function formatScope({ type, class: className, name, actions }: Scope): string {
  return `${type}${className === undefined ? '' : `(${className})`}:${name}:${actions.join(',')}`;
}

/**
 * The scopes of one or several `scope` parameters, each a space-separated list. Undefined when any is malformed, or
 * there are more than {@link maxScopes}. No scope at all is an empty list.
 */
export function parseScopes(texts: string | readonly string[]): readonly Scope[] | undefined {
  const scopes: Scope[] = [];
  for (const text of typeof texts === 'string' ? [texts] : texts) {
    if (text.length > maxScopes * (maxScopeLength + 1)) return undefined;
    for (const part of text.split(' ')) {
      if (part === '') continue;
      const scope = parseScope(part);
      if (scope === undefined || scopes.length >= maxScopes) return undefined;
      scopes.push(scope);
    }
  }
  return scopes;
}

/** Several scopes as one space-separated text. */
export function formatScopes(scopes: readonly Scope[]): string {
  return scopes.map(formatScope).join(' ');
}
