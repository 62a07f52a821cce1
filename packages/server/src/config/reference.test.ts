import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderJsonSchema, renderReference } from './reference.ts';

describe('renderReference', () => {
  it('describes a setting in both languages', () => {
    const english = [
      '### `gc.graceHours`',
      '- Accepts: a number from 0 to 87600',
      '- Default: `24`',
      '- Variable: `LONGSHORE_GC_GRACE_HOURS`',
      '- Flag: `--gc-grace-hours`',
    ];
    for (const line of english) assert.ok(renderReference('en').split('\n').includes(line), line);
    const chinese = ['### `gc.graceHours`', '- 可接受的值：数字，0 到 87600', '- 默认值：`24`', '- 命令行参数：`--gc-grace-hours`'];
    for (const line of chinese) assert.ok(renderReference('zh').split('\n').includes(line), line);
  });

  it('offers no flag for a secret, and does not mention what is hidden', () => {
    assert.match(
      renderReference('en'),
      /`metadata.url`\n\n.+ Only with `kind: postgres`.\n\n.*\n- Default: none: it must be given\n.*\n- Flag: none\n/,
    );
    assert.doesNotMatch(renderReference('en'), /failpoint/i);
  });
});

describe('renderJsonSchema', () => {
  const schema = JSON.parse(renderJsonSchema());

  it('describes the file, with the file forms of secrets', () => {
    assert.equal(schema.additionalProperties, false);
    assert.equal(schema.properties.limits.properties.manifestBytes.minimum, 4_194_304);
    const postgres = schema.properties.metadata.oneOf[1];
    assert.deepEqual(Object.keys(postgres.properties).slice(0, 3), ['kind', 'url', 'urlFile']);
    assert.deepEqual(postgres.required, ['kind']);
  });

  it('keeps what only concerns the program to itself', () => {
    assert.doesNotMatch(renderJsonSchema(), /"(zh|secret|hidden|accepts|otherwise|failpoint)":/);
  });
});
