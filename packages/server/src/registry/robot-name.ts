/**
 * The user name that a robot logs in with: `robot+<project>+<name>`, or `robot+<name>` for one of the whole registry. No user
 * and no project has a `+` in its name, and neither a shell nor a template gives it a meaning.
 */
export function robotUserName({ project, name }: { readonly project: string | undefined; readonly name: string }): string {
  return `robot+${robotTitle({ project, name })}`;
}

/** What logs, history and decisions call a robot: its user name without `robot+`. */
export function robotTitle({ project, name }: { readonly project: string | undefined; readonly name: string }): string {
  return project === undefined ? name : `${project}+${name}`;
}

/** Whether a user name has the form of a robot's. */
export function isRobotUserName(userName: string): boolean {
  return userName.startsWith('robot+');
}

/** What `robotUserName` was made of; undefined when it is no user name of a robot. */
export function readRobotUserName(userName: string): { readonly project: string | undefined; readonly name: string } | undefined {
  const [, project, name] = /^robot\+(?:([^+]+)\+)?([^+]+)$/.exec(userName) ?? [];
  return name === undefined ? undefined : { project, name };
}
