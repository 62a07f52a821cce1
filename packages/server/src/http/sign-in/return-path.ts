/** Where people land when nothing else is asked for. */
export const homePath = '/auth/sign-in';

const longest = 1000;
/**
 * The root, or path components of which each begins with a letter or digit, so that none is a step, a host or empty; and a plain query. Pages of
 * the console have names of repositories and digests in one component: `/repositories/team%2Fapp/images/sha256:...`.
 */
const pattern = /^(?:\/|(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~%:@+-]*)+\/?)(?:\?[A-Za-z0-9._~=&%+-]*)?$/;

/** A path of ours to go back to after signing in; anything else (GO-2024-2915: other hosts, also by a backslash) is the home path. */
export function returnPathOf(text: string | null | undefined): string {
  return typeof text === 'string' && text.length <= longest && pattern.test(text) ? text : homePath;
}
