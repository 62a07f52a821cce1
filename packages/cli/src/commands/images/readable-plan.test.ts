import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sayInChinese } from '../../language/say-in-chinese.ts';
import { type PromotionPlan, readablePlan } from './readable-plan.ts';

const plan: PromotionPlan = {
  possible: false,
  cause: 'conditions',
  reason: 'The target asks for what is not so: minimum-age.',
  conditions: [
    { name: 'chain', holds: true, detail: 'raw', project: 'team-prod' },
    { name: 'minimum-age', holds: false, detail: 'raw', neededSeconds: 86_400, foundSeconds: 3_661 },
    { name: 'referrers', holds: false, detail: 'raw', needed: ['a/sbom', 'a/sig'], found: ['a/sig'] },
    { name: 'role', holds: true, detail: 'raw', needed: ['maintainer', 'owner'], found: ['owner'] },
  ],
};

test('what stands against a promotion is said by its figures, in both languages', () => {
  assert.deepEqual(
    readablePlan(plan, (english) => english),
    {
      possible: false,
      conditions: [
        { check: 'From the project before it in the chain', holds: true, detail: 'the project of the source must promote to team-prod' },
        { check: 'Old enough', holds: false, detail: 'there for 61 min, at least 24 h are asked for' },
        { check: 'Has what must refer to it', holds: false, detail: 'asked for: a/sbom, a/sig; missing: a/sbom' },
        { check: 'Your role', holds: true, detail: 'one of these is asked for: maintainer, owner; yours: owner' },
      ],
    },
  );
  assert.deepEqual(readablePlan(plan, sayInChinese), {
    possible: false,
    conditions: [
      { check: '来自晋级链中的前一个项目', holds: true, detail: '来源项目须晋级到 team-prod' },
      { check: '存在时间足够长', holds: false, detail: '已有 61 分钟，要求至少 24 小时' },
      { check: '具有所需的关联制品', holds: false, detail: '要求：a/sbom, a/sig；缺少：a/sbom' },
      { check: '您的角色', holds: true, detail: '要求其中之一：maintainer, owner；您的角色：owner' },
    ],
  });
});
