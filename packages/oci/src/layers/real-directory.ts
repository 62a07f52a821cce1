/** Links on the way to one directory: as Linux follows (path_resolution(7)). */
const mostLinks = 40;

/** What is at a path: a directory, or what may be one; something else; or a link, with its target. */
export type OnTheWay = 'directory' | 'no-directory' | { readonly link: string };

/**
 * The names of a directory's path without the links on the way to it; undefined when one of them leads to no directory, or there are too
 * many. What leads out of the root ends at it.
 */
export function realDirectory(path: readonly string[], look: (path: readonly string[]) => OnTheWay): readonly string[] | undefined {
  let [at, links]: [string[], number] = [[], 0];
  for (let names = [...path]; names.length > 0; ) {
    const name = names.shift() ?? '';
    if (name === '..') at.pop();
    if (name === '' || name === '.' || name === '..') continue;
    at.push(name);
    const found = look(at);
    if (found === 'directory') continue;
    links += 1;
    if (found === 'no-directory' || links > mostLinks) return undefined;
    at = found.link.startsWith('/') ? [] : at.slice(0, -1);
    names = [...found.link.split('/'), ...names];
  }
  return at;
}
