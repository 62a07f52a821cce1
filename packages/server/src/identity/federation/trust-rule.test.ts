import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { githubClaims, kubernetesClaims } from '../../../../../test/tools/token-issuer.ts';
import { CelRules } from './trust-rule.ts';

const rules = new CelRules();
const claims = {
  ...githubClaims,
  ...kubernetesClaims,
  sub: githubClaims.sub,
  groups: ['a', 'b'],
  number: 7,
  list: [{ name: 'a' }, { name: 'b' }],
};

for (const [rule, isTrue] of [
  ['claims.repository == "octo/app" && claims.ref == "refs/heads/main"', true],
  ['claims.repository in ["octo/app", "octo/web"]', true],
  ['claims.repository.startsWith("octo/")', true],
  ['claims.ref.matches("^refs/(heads/main|tags/v[0-9]+)$")', true],
  ['claims["kubernetes.io"].namespace == "ci" && claims["kubernetes.io"].serviceaccount.name == "builder"', true],
  ['claims.groups.exists(g, g == "b")', true],
  ['claims.number == 7', true],
  ['has(claims.environment) && claims.environment == "production"', false],
  ['claims.environment == "production"', false],
  ['claims.number.startsWith("7")', false],
  ['claims.constructor == "x"', false],
  ['claims.list.exists(one, one.name == "b")', true],
] as const) {
  test(`${rule} is ${isTrue}`, () => {
    assert.deepEqual(rules.check(rule), { warnings: [] });
    assert.equal(rules.isTrueOf(rule, claims), isTrue);
  });
}

test('names that objects have by themselves are no claims, at any depth', () => {
  for (const claim of ['claims.__proto__', 'claims["kubernetes.io"].__proto__', 'claims.constructor.name', 'claims.list[0].toString']) {
    assert.equal(rules.isTrueOf(`has(${claim})`, claims), false, claim);
  }
  assert.equal(rules.isTrueOf('claims.list.exists(one, has(one.__proto__))', claims), false);
  const own = JSON.parse('{"__proto__": {"admin": true}}') as typeof claims;
  assert.equal(rules.isTrueOf('has(claims.admin)', own), false);
  assert.equal(rules.isTrueOf('claims.__proto__.admin', own), true, 'which a token may have, and be asked about');
});

for (const [rule, fault] of [
  ['claims.sub == "a" &&\n  claim.ref == "b"', /^Line 2, column 3: there is no 'claim'/],
  ['claims.sub == ', /^Line 1, column 12/],
  ['claims.sub.lower() == "a"', /there is no function 'lower'/],
  ['true', /true of every token/],
  ['!has(claims.sub) || true', /true of every token/],
  ['claims.sub', /neither true nor false/],
  ['claims.sub.matches(claims.pattern)', /a text that stands there/],
  ['claims.sub.matches("(")', /none of RE2/],
  ['claims.sub.matches("(\\\\pL{1,100}){1,10}")', /a pattern has at most/],
  ['claims.sub.matches("(a{1,200}){1,200}")', /a pattern has at most/],
  [`claims.sub.matches("${'a'.repeat(201)}")`, /a pattern has at most/],
  ['claims.a.exists(x, x.matches("a"))', /there is no matches/],
  ['claims.a.exists(x, claims.b.exists(y, x == y))', /inside one another/],
  [Array.from({ length: 5 }, () => 'claims.a.exists(x, x == 1)').join('||'), /more than 4/],
  [Array.from({ length: 5 }, () => 'claims.a.matches("a")').join('||'), /more than 4/],
  ['('.repeat(900) + 'true' + ')'.repeat(900), /nests too deeply/],
  [`${'claims.a + '.repeat(100)}"" == "a"`, /nests deeper/],
  [`claims.a in [${'"a",'.repeat(400)}"b"]`, /more than 400 parts/],
  ['{"a": claims.a}.a == 1', /makes no maps/],
] as const) {
  test(`not stored: ${rule.slice(0, 60)}`, () => {
    const verdict = rules.check(rule);
    assert.ok('fault' in verdict);
    assert.match(verdict.fault, fault);
  });
}

for (const [rule, warning] of [
  ['claims.event_name != "pull_request"', /a stranger/],
  ['has(claims.repository)', /a stranger/],
  ['claims.ref.matches(".*")', /a stranger/],
  ['claims.iss == "https://token.example"', /no claim that tells/],
] as const) {
  test(`stored with a warning: ${rule}`, () => {
    const verdict = rules.check(rule);
    assert.ok('warnings' in verdict);
    assert.match(verdict.warnings.join(), warning);
  });
}

test('whatever is written, it is taken or refused within a moment, and asked without a throw', () => {
  const words = [
    'claims',
    '.sub',
    '.a',
    '==',
    '"x"',
    '&&',
    '!',
    '(',
    ')',
    '[',
    ']',
    'in',
    '.exists(x,',
    '.matches("a+")',
    '1',
    'true',
    '?',
    ':',
    ' ',
  ];
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(text, (rule) => {
      const verdict = rules.check(rule);
      if ('warnings' in verdict) assert.equal(typeof rules.isTrueOf(rule, claims), 'boolean');
    }),
    { numRuns: 300 },
  );
});

test('the dearest rules that are stored cost a fraction of a second over the most claims that are looked at', () => {
  const most = { list: Array.from({ length: 990 }, (_, index) => `x${index}`), text: 'é'.repeat(7000) };
  const dear = [
    'claims.list.map(x, claims.list + claims.list).all(z, z == claims.list + claims.list) && claims.text == "a"',
    `claims.text.matches("${'[^a]'.repeat(50)}") && claims.list == []`,
    `claims.text.matches("${'(?:a*)*'.repeat(28)}b") && claims.list == []`,
  ];
  for (const rule of dear) {
    assert.ok('warnings' in rules.check(rule));
    const before = process.cpuUsage();
    rules.isTrueOf(rule, most);
    // Of the processor, which others may use too.
    assert.ok(process.cpuUsage(before).user < 1_500_000, rule);
  }
});
