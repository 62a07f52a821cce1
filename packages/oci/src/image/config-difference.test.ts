import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareConfigs } from './config-difference.ts';

const bytesOf = (config: object) => Buffer.from(JSON.stringify({ config }));

/** What differs, as whoever asks reads it. */
function differences(from: object, to: object) {
  return compareConfigs(bytesOf(from), bytesOf(to)).map((one) => ({
    name: one.name,
    from: one.from === undefined ? undefined : (JSON.parse(one.from) as unknown),
    to: one.to === undefined ? undefined : (JSON.parse(one.to) as unknown),
  }));
}

describe('how two configurations differ', () => {
  it('is told by name, with values as JSON', () => {
    assert.deepEqual(differences({ Env: ['A=1', 'B=2'], Cmd: ['a'] }, { Env: ['A=1', 'B=3'], Cmd: ['a', 'b'] }), [
      { name: 'Cmd', from: ['a'], to: ['a', 'b'] },
      { name: 'Env.B', from: '2', to: '3' },
    ]);
  });

  it('is JSON of long values too, of which the beginning is told', () => {
    const long = 'läng"er\\'.repeat(1000);
    const words = Array.from({ length: 2000 }, (_, at) => `word ${at}`);
    const [command, label] = differences({}, { Cmd: words, Labels: { about: long } });
    assert.equal(command?.name, 'Cmd');
    assert.match(String(command?.to), /^\["word 0",.*…$/);
    assert.equal(label?.name, 'Labels.about');
    assert.equal(label?.to, `${long.slice(0, 4096)}…`);
  });

  it('is nothing where one was made to nest without end', () => {
    const nested = Buffer.from(`{"config":{"Cmd":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`);
    assert.deepEqual(compareConfigs(nested, bytesOf({ Cmd: ['a'] })), [{ name: 'Cmd', to: '["a"]' }]);
  });
});
