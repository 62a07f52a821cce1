import type { parse } from '@bufbuild/cel';

/** A parsed rule, and where its parts stand. */
export type ParsedRule = ReturnType<typeof parse>;
type Expression = NonNullable<ParsedRule['expr']>;

/** What a rule may cost. Each claim may be compared with each (at most 1,000 of them), not more. */
const mostDepth = 40;
const mostParts = 400;
const mostLoops = 4;
const mostPatternLength = 200;
const mostPatterns = 4;

/** What CEL's standard library has; a name that it has not would only fail when the rule is asked. */
const functions = new Set(
  [
    '_&&_ _||_ !_ _?_:_ _==_ _!=_ _<_ _<=_ _>_ _>=_ _+_ _-_ _*_ _/_ _%_ -_ _[_] @in @not_strictly_false',
    'contains endsWith startsWith matches size int uint double string bool type dyn timestamp duration',
    'getFullYear getMonth getDate getDayOfMonth getDayOfWeek getDayOfYear getHours getMinutes getSeconds getMilliseconds',
  ].flatMap((names) => names.split(' ')),
);
const types = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);

/** Something about a rule that keeps it from being taken. `offset`: into its text, in characters. */
export interface ShapeFault {
  readonly message: string;
  readonly offset: number;
}

/** What is known of a rule from its text alone. */
export interface RuleShape {
  readonly faults: readonly ShapeFault[];
  /** The claims that it names, by path: `['kubernetes.io', 'namespace']`. */
  readonly claims: readonly (readonly string[])[];
  /** Its patterns, to be tried. */
  readonly patterns: readonly { readonly text: string; readonly offset: number }[];
}

/** Looks through a rule: what it names, and whether its cost is bounded whatever the claims are. */
export function shapeOf(rule: ParsedRule): RuleShape {
  const walk = new RuleWalk((id) => rule.sourceInfo?.positions[String(id)] ?? 0);
  walk.visit(rule.expr, { depth: 0, inLoop: false, names: new Set(['claims']) });
  return { faults: walk.faults, claims: [...walk.claims.values()], patterns: walk.patterns };
}

interface Place {
  readonly depth: number;
  readonly inLoop: boolean;
  readonly names: ReadonlySet<string>;
}

class RuleWalk {
  readonly faults: ShapeFault[] = [];
  readonly claims = new Map<string, readonly string[]>();
  readonly patterns: { text: string; offset: number }[] = [];
  readonly #positionOf: (id: bigint) => number;
  #parts = 0;
  #loops = 0;

  constructor(positionOf: (id: bigint) => number) {
    this.#positionOf = positionOf;
  }

  visit(part: Expression | undefined, place: Place): void {
    if (part === undefined) return;
    this.#parts += 1;
    if (this.#parts === mostParts) this.#refuse(part, `it has more than ${mostParts} parts`);
    if (place.depth === mostDepth) this.#refuse(part, `it nests deeper than ${mostDepth}`);
    if (this.#parts >= mostParts || place.depth >= mostDepth) return;
    const inner = { ...place, depth: place.depth + 1 };
    this.#noteClaim(part);
    const { exprKind } = part;
    switch (exprKind.case) {
      case 'identExpr':
        if (!place.names.has(exprKind.value.name) && !types.has(exprKind.value.name)) {
          this.#refuse(part, `there is no '${exprKind.value.name}': what the token says is in 'claims', such as claims.sub`);
        }
        return;
      case 'selectExpr':
        return this.visit(exprKind.value.operand, inner);
      case 'callExpr':
        return this.#visitCall(part, exprKind.value, inner);
      case 'listExpr':
        for (const element of exprKind.value.elements) this.visit(element, inner);
        return;
      case 'structExpr':
        return this.#refuse(part, 'a rule makes no maps and messages');
      case 'comprehensionExpr':
        return this.#visitLoop(part, exprKind.value, inner);
    }
  }

  #visitCall(part: Expression, call: Extract<Expression['exprKind'], { case: 'callExpr' }>['value'], place: Place): void {
    if (!functions.has(call.function)) this.#refuse(part, `there is no function '${call.function}'`);
    // One that comes out of the token could cost anything; and each is compiled anew whenever it is asked.
    if (call.function === 'matches') this.#checkPattern(part, call.args[0], place.inLoop);
    this.visit(call.target, place);
    for (const argument of call.args) this.visit(argument, place);
  }

  #checkPattern(part: Expression, argument: Expression | undefined, inLoop: boolean): void {
    const constant = argument?.exprKind.case === 'constExpr' ? argument.exprKind.value.constantKind : undefined;
    if (constant?.case !== 'stringValue') return this.#refuse(part, 'the pattern of matches must be a text that stands there');
    if (inLoop) return this.#refuse(part, 'inside exists, all, map and filter there is no matches: use startsWith, endsWith or ==');
    if (this.patterns.length === mostPatterns) return this.#refuse(part, `there are more than ${mostPatterns} patterns`);
    const { value } = constant;
    this.patterns.push({ text: value, offset: this.#positionOf(part.id) });
    const repeats = [...value.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, least, most]) => Number(most || least));
    const weight = value.length * repeats.reduce((product, count) => product * Math.max(count, 1), 1);
    if (value.length > mostPatternLength || weight > 4096 || /\\[pP]|\(\?[^:P]/.test(value)) {
      const most = `${mostPatternLength} characters, with few counted repeats, no flags and no classes such as \\pL`;
      this.#refuse(part, `a pattern has at most ${most}`);
    }
  }

  #visitLoop(part: Expression, loop: Extract<Expression['exprKind'], { case: 'comprehensionExpr' }>['value'], place: Place): void {
    this.#loops += 1;
    if (place.inLoop) return this.#refuse(part, 'exists, all, map and filter do not stand inside one another');
    if (this.#loops > mostLoops) return this.#refuse(part, `there are more than ${mostLoops} of exists, all, map and filter`);
    this.visit(loop.iterRange, place);
    const inner = { ...place, inLoop: true, names: new Set([...place.names, loop.iterVar, loop.accuVar]) };
    for (const each of [loop.accuInit, loop.loopCondition, loop.loopStep, loop.result]) this.visit(each, inner);
  }

  #noteClaim(part: Expression): void {
    const path = claimPath(part);
    if (path !== undefined && path.length > 0) this.claims.set(JSON.stringify(path), path);
  }

  #refuse(part: Expression, message: string): void {
    this.faults.push({ message, offset: this.#positionOf(part.id) });
  }
}

/** `claims.a.b` and `claims['a'].b` as `['a', 'b']`; undefined for anything else. */
function claimPath({ exprKind }: Expression): string[] | undefined {
  if (exprKind.case === 'identExpr') return exprKind.value.name === 'claims' ? [] : undefined;
  if (exprKind.case === 'selectExpr') return pathBelow(exprKind.value.operand, exprKind.value.field);
  if (exprKind.case !== 'callExpr' || exprKind.value.function !== '_[_]') return undefined;
  const [operand, index] = exprKind.value.args;
  const constant = index?.exprKind.case === 'constExpr' ? index.exprKind.value.constantKind : undefined;
  return constant?.case === 'stringValue' ? pathBelow(operand, constant.value) : undefined;
}

function pathBelow(operand: Expression | undefined, name: string): string[] | undefined {
  const above = operand === undefined ? undefined : claimPath(operand);
  return above === undefined ? undefined : [...above, name];
}
