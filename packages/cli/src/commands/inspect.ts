import { requireTag } from '@longshore/oci';
import { type Command, UsageError } from '../command.ts';
import { parseTarget } from '../registry-address.ts';

/** `longshore inspect`: digest, size and text of a manifest, as one JSON object. */
export const inspect: Command = {
  summary: 'Shows the manifest, digest and size of an image',
  usage: 'longshore inspect HOST/REPOSITORY[:TAG|@DIGEST]',
  examples: ['longshore inspect localhost:5000/team/app:1.0', 'longshore inspect localhost:5000/team/app | jq .manifest.layers'],
  async run(args, { output, fetch }) {
    const [text, ...more] = args;
    if (text === undefined || more.length > 0) throw new UsageError('inspect takes one image');
    const { client, reference } = parseTarget(text, fetch);
    const { digest, mediaType, bytes } = await client.getManifest(
      reference.name,
      reference.digest ?? reference.tag ?? requireTag('latest'),
    );
    const manifest: unknown = JSON.parse(new TextDecoder().decode(bytes));
    output.out(JSON.stringify({ digest, mediaType, sizeBytes: bytes.length, manifest }, undefined, 2));
    return 0;
  },
};
