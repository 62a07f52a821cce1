import type { Digest } from '@longshore/oci';
import { callOperation } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import { type Command, type CommandInput, type Surroundings, UsageError } from '../../command.ts';
import { registryClientOf } from '../../connection/connect.ts';
import { isLongshore } from '../../connection/is-longshore.ts';
import { serverFlag, yesFlag } from '../../flags.ts';
import { digestOf, type ImageTarget, imageTarget, missingImage } from '../../images/image-target.ts';
import { isLossMeant } from '../api/loss.ts';

/** `longshore tag rm`: a tag goes, its image stays. Other registries take the image along; that is said. */
export const removeTag: Command = {
  name: 'tag rm',
  summary: 'Removes a tag; the image stays as long as something else holds it',
  takes: [{ name: 'IMAGE' }],
  flags: [yesFlag, serverFlag],
  examples: ['longshore tag rm team/app:1.0-rc1'],
  operations: ['deleteTag'],
  anyRegistry: true,
  async run(input, surroundings) {
    const target = await imageTarget(input.words[0] ?? '', input, surroundings);
    const { connection, name, tag, digest } = target;
    if (tag === undefined || digest !== undefined) throw new UsageError('a tag is meant, as in team/app:1.0');
    const what = `The tag ${tag} of ${name}`;
    if (!(await isLossMeant({ what }, input, surroundings))) return 1;
    if (!(await isLongshore(connection))) return removeByReference(target, tag, surroundings);
    await callOperation(operationOf('deleteTag'), { path: { repository: name, tag } }, connection);
    return 0;
  },
};

/** `longshore image rm`: an image goes, with every tag that points at it. */
export const removeImage: Command = {
  name: 'image rm',
  summary: 'Removes an image with every tag that points at it',
  takes: [{ name: 'IMAGE' }],
  flags: [yesFlag, serverFlag],
  examples: ['longshore image rm team/app@sha256:4b6f...', 'longshore image rm team/app:1.0 --yes'],
  operations: ['deleteManifest'],
  anyRegistry: true,
  async run(input, surroundings) {
    const target = await imageTarget(input.words[0] ?? '', input, surroundings);
    const { connection, name } = target;
    const digest = await digestOf(target);
    const isOwn = await isLongshore(connection);
    if (!(await isMeant(target, digest, isOwn, input, surroundings))) return 1;
    if (!isOwn) return removeByReference(target, digest, surroundings);
    await callOperation(operationOf('deleteManifest'), { path: { repository: name, digest } }, connection);
    return 0;
  },
};

async function isMeant({ connection, name }: ImageTarget, digest: Digest, isOwn: boolean, input: CommandInput, surroundings: Surroundings) {
  const what = `The image ${digest} of ${name}, with every tag that points at it,`;
  if (input.has('yes') || !isOwn) return isLossMeant({ what }, input, surroundings);
  const detail = (await (
    await callOperation(operationOf('getManifest'), { path: { repository: name, digest } }, connection)
  ).json()) as Record<string, unknown>;
  const { tags, pulls, lastPulledAt } = detail;
  return isLossMeant({ what, facts: { tags, pulls, lastPulledAt } }, input, surroundings);
}

async function removeByReference(
  target: ImageTarget,
  reference: Parameters<ReturnType<typeof registryClientOf>['deleteManifest']>[1],
  { output }: Surroundings,
) {
  const { connection, name } = target;
  if (!(await registryClientOf(connection).deleteManifest(name, reference))) throw missingImage(target);
  output.err(`${connection.host} is no Longshore: some registries remove the image with a tag, or only mark it.`);
  return 0;
}
