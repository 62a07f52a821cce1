import type { Command } from '../../command.ts';
import { registryClientOf } from '../../connection/connect.ts';
import { outputFlag, serverFlag } from '../../flags.ts';
import { imageOfPlatform, platformText, readConfig, readManifest } from '../../images/image-config.ts';
import { imageTarget } from '../../images/image-target.ts';
import { formatOf, writeThing } from '../../output/results.ts';
import { platformFlag } from './platform-flag.ts';

/** `longshore image show`: what an image is, in any registry. */
export const showImage: Command = {
  name: 'image show',
  summary: 'Shows what an image is: platforms, size, configuration, layers',
  takes: [{ name: 'IMAGE' }],
  flags: [platformFlag, outputFlag, serverFlag],
  examples: ['longshore image show team/app:1.0', 'longshore image show docker.io/library/nginx --platform linux/arm64 -o json'],
  operations: [],
  anyRegistry: true,
  async run(input, surroundings) {
    const target = await imageTarget(input.words[0] ?? '', input, surroundings);
    const client = registryClientOf(target.connection);
    const top = await readManifest(client, target);
    const isIndex = top.manifest.manifests !== undefined && input.one('platform') === undefined;
    const read = isIndex ? top : await imageOfPlatform(client, target, input.one('platform'));
    const { config, layers = [], manifests } = read.manifest;
    const settings = isIndex ? undefined : await readConfig(client, target, read);
    const thing = {
      name: target.name,
      digest: read.digest,
      mediaType: read.mediaType,
      ...(read.manifest.artifactType !== undefined && { artifactType: read.manifest.artifactType }),
      ...(manifests !== undefined && {
        platforms: manifests.map((one) => ({ platform: platformText(one.platform), digest: one.digest, sizeBytes: one.size })),
      }),
      ...(settings !== undefined && { platform: platformText(settings), createdAt: settings.created, ...settings.config }),
      ...(manifests === undefined && {
        sizeBytes: layers.reduce((sum, { size }) => sum + size, config?.size ?? 0),
        layers: layers.map(({ digest, size }) => ({ digest, sizeBytes: size })),
      }),
      ...(read.manifest.annotations !== undefined && { annotations: read.manifest.annotations }),
    };
    writeThing(thing, { named: 'digest' }, formatOf(input), surroundings);
    return 0;
  },
};
