// npm run screenshots: the main pages of the console in both languages, of a registry with demonstration data, into docs/images.
//
//   npm run screenshots -- --review DIRECTORY [--only NAME]   every page and dialog instead, whole, or those whose names begin so: to look at
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { compared } from '../test/comparison/compared-images.ts';
import { apiAs } from '../test/console/demo/demo-api.ts';
import { type DemoContent, fillDemo } from '../test/console/demo/demo-content.ts';
import { demoPages } from '../test/console/demo/demo-pages.ts';
import { startRegistry } from '../test/protocol/registry-fixture.ts';
import { Camera, type Look } from './screenshots/camera.ts';

const { values } = parseArgs({ options: { review: { type: 'string' }, only: { type: 'string', default: '' } } });

/** What the guides show; the first ones in both languages, the others in one. */
const shown: readonly (readonly [page: string, looks: readonly Look[]])[] = [
  ['home', looks(['en', 'zh-CN'], ['light', 'dark'])],
  ['repository', looks(['en', 'zh-CN'], ['light'])],
  ['image', looks(['en', 'zh-CN'], ['light', 'dark'])],
  ['image-history', looks(['en', 'zh-CN'], ['light'])],
  ['image-file', looks(['en', 'zh-CN'], ['light'])],
  ['image-referrers', looks(['en', 'zh-CN'], ['light'])],
  ['image-promotion', looks(['en', 'zh-CN'], ['light'])],
  ['repository-history', looks(['en', 'zh-CN'], ['light'])],
  ['search', looks(['en', 'zh-CN'], ['light'])],
  ['compare', looks(['en', 'zh-CN'], ['light'])],
  ['deploy', looks(['en', 'zh-CN'], ['light'])],
  ['project', looks(['en', 'zh-CN'], ['light'])],
  ['project-retention', looks(['en', 'zh-CN'], ['light'])],
  ['project-robot', looks(['en', 'zh-CN'], ['light'])],
  ['administration', looks(['en', 'zh-CN'], ['light'])],
  ['administration-audit', looks(['en', 'zh-CN'], ['light'])],
];

/** Each language, each appearance and each width, with one another once. */
const reviewed: readonly Look[] = [
  { language: 'en', appearance: 'light', width: 1280 },
  { language: 'zh-CN', appearance: 'dark', width: 1280 },
  { language: 'zh-CN', appearance: 'light', width: 400 },
  { language: 'en', appearance: 'dark', width: 400 },
];

function looks(languages: readonly Look['language'][], appearances: readonly Look['appearance'][], widths = [1280]): Look[] {
  return appearances.flatMap((appearance) => widths.flatMap((width) => languages.map((language) => ({ language, appearance, width }))));
}

/** Takes what its webhook delivers. */
async function startReceiver() {
  const receiver = createServer((_request, response) => response.end('thanks'));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  return receiver;
}

/** Has the registry do what takes a while, so that no picture is of waiting for it. */
async function lookAhead({ mei, digest }: DemoContent): Promise<void> {
  const api = apiAs(registry, mei);
  const params = { path: { repository: 'shop-dev/web', digest } };
  let isRead = false;
  while (!isRead) isRead = (await api.GET('/api/v1/repositories/{repository}/images/{digest}/files', { params })).response.status === 200;
  await compared(api, { repository: 'shop-dev/web', reference: '2.3.1' }, { repository: 'shop-dev/web', reference: '2.4.1' });
}

await promisify(execFile)(process.execPath, ['scripts/build-console.ts']);
const receiver = await startReceiver();
const { port } = receiver.address() as AddressInfo;
const flags = ['--public-url', 'https://registry.example.com', '--outgoing-allow', '127.0.0.1', '--outgoing-ports', String(port)];
const registry = await startRegistry({ flags, transport: 'https' });
const directory = values.review ?? 'docs/images';
await mkdir(directory, { recursive: true });
const camera = await Camera.open(registry);
try {
  const content = await fillDemo(registry, { unit: 1024 * 1024, receiver: `http://127.0.0.1:${port}/registry` });
  await registry.startWork();
  await lookAhead(content);
  const pages = new Map(demoPages(content).map((page) => [page.name, page]));
  const wanted: typeof shown =
    values.review === undefined ? shown : [...pages.keys()].filter((name) => name.startsWith(values.only)).map((name) => [name, reviewed]);
  for (const [name, all] of wanted) {
    const page = pages.get(name);
    if (page === undefined) throw new Error(`There is no page ${name}.`);
    for (const look of all)
      await writeFile(
        join(directory, camera.fileName(name, look)),
        await camera.take(content.mei, page, look, values.review !== undefined),
      );
  }
} finally {
  await camera.close();
  await registry.stop();
  receiver.close();
}
const sizes = await Promise.all((await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size));
console.log(`${directory}: ${sizes.length} files, ${Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1024)} KiB`);
