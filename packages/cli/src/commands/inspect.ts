import type { Command } from '../command.ts';
import { registryClientOf } from '../connection/connect.ts';
import { serverFlag } from '../flags.ts';
import { imageTarget, referenceOf } from '../images/image-target.ts';

/** `longshore inspect`: digest, size and text of a manifest, as one JSON object. */
export const inspect: Command = {
  name: 'inspect',
  summary: 'Shows the manifest, digest and size of an image',
  takes: [{ name: 'IMAGE' }],
  flags: [serverFlag],
  examples: ['longshore inspect localhost:5000/team/app:1.0', 'longshore inspect localhost:5000/team/app | jq .manifest.layers'],
  operations: [],
  anyRegistry: true,
  async run(input, surroundings) {
    const target = await imageTarget(input.words[0] ?? '', input, surroundings);
    const { digest, mediaType, bytes } = await registryClientOf(target.connection).getManifest(target.name, referenceOf(target));
    const manifest: unknown = JSON.parse(new TextDecoder().decode(bytes));
    surroundings.output.out(JSON.stringify({ digest, mediaType, sizeBytes: bytes.length, manifest }, undefined, 2));
    return 0;
  },
};
