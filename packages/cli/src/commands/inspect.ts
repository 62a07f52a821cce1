import { callOperation } from '../api/call-operation.ts';
import { operationOf } from '../api/operation.ts';
import type { Command } from '../command.ts';
import { registryClientOf } from '../connection/connect.ts';
import { isLongshore } from '../connection/is-longshore.ts';
import { serverFlag } from '../flags.ts';
import { digestOf, type ImageTarget, imageTarget, manifestOf } from '../images/image-target.ts';
import { toJson } from '../output/json.ts';

/** `longshore inspect`: digest, size and text of a manifest, as one JSON object. */
export const inspect: Command = {
  name: 'inspect',
  summary: 'Prints the manifest of an image as it was pushed, with digest and size',
  takes: [{ name: 'IMAGE' }],
  flags: [serverFlag],
  examples: ['longshore inspect localhost:5000/team/app:1.0', 'longshore inspect localhost:5000/team/app | jq .manifest.layers'],
  operations: ['getManifestContent'],
  anyRegistry: true,
  async run(input, surroundings) {
    const target = await imageTarget(input.words[0] ?? '', input, surroundings);
    const { digest, mediaType, text } = (await isLongshore(target.connection)) ? await shownManifest(target) : await pulledManifest(target);
    const manifest: unknown = JSON.parse(text);
    surroundings.output.out(toJson({ digest, mediaType, sizeBytes: Buffer.byteLength(text), manifest }, 2));
    return 0;
  },
};

/** From the API, where looking at a manifest counts as no pull. */
async function shownManifest(target: ImageTarget) {
  const digest = await digestOf(target);
  const response = await callOperation(operationOf('getManifestContent'), { path: { repository: target.name, digest } }, target.connection);
  return { digest, ...((await response.json()) as { readonly mediaType: string; readonly text: string }) };
}

async function pulledManifest(target: ImageTarget) {
  const { digest, mediaType, bytes } = await manifestOf(target, registryClientOf(target.connection));
  return { digest, mediaType, text: new TextDecoder().decode(bytes) };
}
