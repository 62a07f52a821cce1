import type { ManagementClient } from './management-client.ts';

/** A robot that was made, and what it logs in with. */
export interface MadeRobot {
  /** Below the management API. */
  readonly path: string;
  readonly userName: string;
  readonly secret: string;
}

/** Makes a robot with one role in a project, or in every one (`project` undefined). */
export async function makeRobot(management: ManagementClient, project: string | undefined, name: string, role: string): Promise<MadeRobot> {
  const all = project === undefined ? '/robots' : `/projects/${project}/robots`;
  const { status, body, text } = await management.ask('POST', all, { name, expiresAt: 'never', permissions: [{ role }] });
  if (status !== 201) throw new Error(`There is no robot ${name}: ${text}`);
  return { path: `${all}/${body.robot.id}`, userName: body.robot.userName, secret: body.secret };
}

/** The header by which somebody logs in with each request. */
export function basic(userName: string, secret: string): string {
  return `Basic ${Buffer.from(`${userName}:${secret}`).toString('base64')}`;
}
