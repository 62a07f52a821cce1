import assert from 'node:assert/strict';
import type { TestClient } from '../protocol/http-client.ts';

/** What `/metrics` said. */
export interface Scrape {
  readonly text: string;
  /** The names of all metrics, without the endings of series. */
  readonly names: readonly string[];
  /** The sum of the series with this name whose labels include these (`code="200"`); 0 without any. */
  sum(name: string, ...labels: readonly string[]): number;
}

/** Asks for the metrics of a server. */
export async function scrape(client: TestClient): Promise<Scrape> {
  const { status, body, headers } = await client.send('GET', '/metrics');
  assert.equal(status, 200, body.toString());
  assert.match(headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
  const text = body.toString();
  const series = text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels: labels.split(/(?<="),/), value: Number(value) }];
  });
  return {
    text,
    names: [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name),
    sum: (name, ...labels) =>
      series
        .filter((one) => one.name === name && labels.every((label) => one.labels.includes(label)))
        .reduce((sum, { value }) => sum + value, 0),
  };
}
