import { callOperation } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import { type Command, UsageError } from '../../command.ts';
import { outputFlag, serverFlag } from '../../flags.ts';
import { type ImageTarget, imageTarget, parseImage } from '../../images/image-target.ts';
import { formatOf, isForPeople, writeThing } from '../../output/results.ts';
import { type PromotionPlan, readablePlan } from './readable-plan.ts';

/** `longshore image promote`: an image becomes one of another project; without a target, of the next in the chain. */
export const promoteImage: Command = {
  name: 'image promote',
  summary: 'Promotes an image to another repository; without one, to the next project of the chain',
  takes: [{ name: 'IMAGE' }, { name: 'TARGET', optional: true }],
  flags: [{ name: 'dry-run', summary: 'Only find out what would happen, and what stands against it' }, outputFlag, serverFlag],
  examples: ['longshore image promote team/app:1.0', 'longshore image promote team/app:1.0 team-prod/app:1.0 --dry-run'],
  operations: ['createPromotion'],
  async run(input, surroundings) {
    const target = await imageTarget(input.words[0] ?? '', input, surroundings);
    const { connection, name, tag, digest } = target;
    const from = { repository: name, ...(digest !== undefined ? { digest } : { tag: tag ?? 'latest' }) };
    const to = input.words[1] === undefined ? await nextOf(target) : placeOf(input.words[1]);
    const body = { from, to, ...(input.has('dry-run') && { dryRun: true }) };
    const response = await callOperation(operationOf('createPromotion'), { path: {}, body }, connection);
    const answer: unknown = await response.json();
    const shown = input.has('dry-run') && isForPeople(formatOf(input)) ? readablePlan(answer as PromotionPlan, surroundings.say) : answer;
    writeThing(shown, { named: 'id' }, formatOf(input), surroundings);
    return 0;
  },
};

function placeOf(text: string): { readonly repository: string; readonly tag?: string } {
  const { server, name, tag, digest } = parseImage(text);
  if (server !== undefined || digest !== undefined)
    throw new UsageError(`'${text}' is no target: REPOSITORY[:TAG] of the same registry is meant`);
  return { repository: name, ...(tag !== undefined && { tag }) };
}

async function nextOf({ connection, name, tag }: ImageTarget): Promise<{ readonly repository: string; readonly tag?: string }> {
  const [project = '', ...path] = name.split('/');
  const response = await callOperation(operationOf('getProject'), { path: { project } }, connection);
  const { promotesTo } = (await response.json()) as { readonly promotesTo?: string };
  if (promotesTo === undefined)
    throw new UsageError(
      `project ${project} promotes to no other: name the target, or set one with longshore project edit ${project} --promotes-to PROJECT`,
    );
  return { repository: [promotesTo, ...path].join('/'), ...(tag !== undefined && { tag }) };
}
