import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import type { ForeignClaims } from '../../registry/ports/foreign-tokens.ts';
import type { RuleVerdict, TrustRules } from '../../registry/ports/trust-rules.ts';
import { BoundedMap } from '../bounded-map.ts';
import { type ParsedRule, type ShapeFault, shapeOf } from './rule-shape.ts';

/** Claims that every token of an issuer has, or that say nothing of who shows it. */
const common = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti']);
const environment = celEnv();

/** What a rule says of claims; undefined when it cannot say, such as of a claim that is not there. */
type Ask = (claims: Values) => unknown;

/** Rules of trusts, in the Common Expression Language over `claims`. Patterns are RE2, linear in their text. */
export class CelRules implements TrustRules {
  readonly #asks = new BoundedMap<Ask>(1000);
  /** Of a token many rules are asked. */
  readonly #values = new WeakMap<ForeignClaims, Values>();

  check(rule: string): RuleVerdict {
    const parsed = read(rule);
    if ('fault' in parsed) return parsed;
    const { faults, claims, patterns } = shapeOf(parsed);
    const [fault = patterns.map(faultOfPattern).find((found) => found !== undefined)] = faults;
    if (fault !== undefined) return { fault: at(rule, fault.offset, fault.message) };
    const ask = compile(parsed);
    if (ask(new Map()) === true) {
      return { fault: 'It is true of every token: name a claim that only the right ones have, such as claims.sub == "...".' };
    }
    const stranger = ask(strangersClaims(claims));
    if (stranger !== undefined && typeof stranger !== 'boolean') return { fault: 'It says neither true nor false: compare with ==.' };
    return { warnings: warningsOf(claims, stranger === true) };
  }

  isTrueOf(rule: string, claims: ForeignClaims): boolean {
    const values = this.#values.get(claims) ?? valuesOf(claims);
    this.#values.set(claims, values);
    return this.#askOf(rule)(values) === true;
  }

  #askOf(rule: string): Ask {
    const known = this.#asks.get(rule);
    if (known !== undefined) return known;
    const parsed = read(rule);
    // It was checked when it was stored. Should this version not understand it, it is true of nothing.
    const ask = 'fault' in parsed ? () => undefined : compile(parsed);
    this.#asks.set(rule, ask);
    return ask;
  }
}

function warningsOf(claims: readonly (readonly string[])[], isTrueOfStrangers: boolean): readonly string[] {
  if (claims.every(([name = '']) => common.has(name))) {
    return ['It asks for no claim that tells one pipeline from another: every token of this issuer that is meant for us may match.'];
  }
  if (!isTrueOfStrangers) return [];
  return [
    'It is true of a stranger too, whose claims are all unlike those it names: say whose tokens it is about, such as claims.sub == "...".',
  ];
}

/** As CEL takes them: a `Map` has no name that is there already, such as `__proto__`. */
type Values = Map<string, unknown>;

function valuesOf(claims: ForeignClaims): Values {
  return new Map(Object.entries(claims).map(([name, value]) => [name, innerValue(value)]));
}

function innerValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(innerValue);
  return typeof value === 'object' && value !== null ? valuesOf(value as ForeignClaims) : value;
}

/** Claims at the places that a rule names, with values that nobody thinks of. */
function strangersClaims(paths: readonly (readonly string[])[]): Values {
  const claims: Values = new Map();
  for (const path of [...paths].sort((one, other) => one.length - other.length)) {
    let place = claims;
    for (const name of path.slice(0, -1)) {
      const inner = place.get(name);
      const next: Values = inner instanceof Map ? (inner as Values) : new Map<string, unknown>();
      place.set(name, next);
      place = next;
    }
    place.set(path.at(-1) ?? '', '\u{10FFFD}somebody else');
  }
  return claims;
}

function faultOfPattern({ text, offset }: { text: string; offset: number }): ShapeFault | undefined {
  const ask = compile(parse(`''.matches(${JSON.stringify(text)})`));
  return ask(new Map()) === undefined ? { message: 'the pattern of matches is none of RE2', offset } : undefined;
}

function read(rule: string): ParsedRule | { readonly fault: string } {
  try {
    return parse(rule);
  } catch (error) {
    // The parser goes down as deep as the text nests.
    if (error instanceof RangeError) return { fault: 'It nests too deeply.' };
    if (!(error instanceof Error)) throw error;
    const { location } = error as Error & { location?: { start?: { offset?: number } } };
    return { fault: at(rule, location?.start?.offset ?? 0, error.message.replace(/^<input>:\d+:\d+: /, '')) };
  }
}

function compile(parsed: ParsedRule): Ask {
  try {
    const ask = plan(environment, parsed);
    return (claims) => {
      const answer = ask({ claims } as never);
      return isCelError(answer) ? undefined : answer;
    };
  } catch (error) {
    if (error instanceof Error) return () => undefined;
    throw error;
  }
}

/** A fault with the line and column (from 1) at which it is. */
function at(rule: string, offset: number, message: string): string {
  const before = rule.slice(0, offset).split('\n');
  return `Line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${message}.`;
}
