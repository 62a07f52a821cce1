/** Where people land when nothing else is asked for. */
export const homePath = '/auth/sign-in';

const longest = 500;
/** Path components of plain characters, none of which begins with a dot, and a plain query: no host can be in it, nor a backslash. */
const pattern = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+\/?(?:\?[A-Za-z0-9._~=&%-]*)?$/;

/** A path of ours to go back to after signing in; anything else (GO-2024-2915: other hosts, also by a backslash) is the home path. */
export function returnPathOf(text: string | null | undefined): string {
  return typeof text === 'string' && text.length <= longest && pattern.test(text) ? text : homePath;
}
