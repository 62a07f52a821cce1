import { ApiError } from '../../management/problems.ts';
import { actionsOf, maskOf } from '../../registry/action-mask.ts';
import type { AccessStore } from '../../registry/ports/access-store.ts';
import { holderOf, type Subject } from '../../registry/ports/authorizer.ts';
import type { RobotPermission, RobotStore } from '../../registry/ports/robot-store.ts';
import { rangeOfBinding } from '../../registry/repository-pattern.ts';

/** What is looked at to tell what somebody may give. */
export interface GivingDeps {
  readonly robots: Pick<RobotStore, 'findRoleActions'>;
  readonly access: Pick<AccessStore, 'findAccess'>;
}

const administering = maskOf(['administer']);

/**
 * Throws `forbidden` unless the subject may do itself, by its roles, all that the permissions allow, on every repository that they are
 * about: nobody makes a robot, or gets the secret of one, that may do more than its maker. And throws it for a role that may administer,
 * whoever gives it. Whatever names something that is not there is left to the store to refuse.
 */
export async function requireGivable(
  { robots, access }: GivingDeps,
  subject: Subject,
  permissions: readonly RobotPermission[],
): Promise<void> {
  for (const permission of permissions) {
    const { role, project, repositories } = permission;
    const range = rangeOfBinding({ project, pattern: repositories });
    const wanted = await robots.findRoleActions(permission);
    if (range === undefined || wanted === undefined) continue;
    if ((wanted & administering) !== 0) {
      const detail = `The role ${role} may administer, which no robot may: give it another one, such as maintainer.`;
      throw new ApiError('forbidden', { detail });
    }
    if (subject.kind === 'user' && subject.administrator) continue;
    const held = await access.findAccess(holderOf(subject), { project, ...range });
    const missing = wanted & ~held.roles.reduce((mask, { actions }) => mask | actions, 0);
    if (missing !== 0) {
      const where = project === undefined ? 'every project' : `${repositories} in ${project}`;
      throw new ApiError('forbidden', {
        detail: `You may not ${actionsOf(missing).join(', ')} on ${where} yourself: leave ${role} to somebody who may, or choose a smaller role.`,
      });
    }
  }
}
