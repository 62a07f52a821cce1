// Plain JavaScript without dependencies: this runs before anything that the cache could make faster.
import { lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** Permission bits: written by the group or by others; only the owner of an entry may replace it. */
const writableByOthers = 0o022;
const sticky = 0o1000;

/**
 * Lets Node keep what it makes of the sources (types stripped, code compiled) for the next start, which then takes less than
 * half the time and memory. NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE decide instead, where they are set; but a folder that Node
 * cannot use, such as the read-only one of the container image under another user or on another kind of processor, is passed over.
 * @returns {void}
 */
export function useCompileCache() {
  if (module.getCompileCacheDir() !== undefined || process.env.NODE_DISABLE_COMPILE_CACHE !== undefined) return;
  const directory = compileCacheDirectory(process.env.XDG_CACHE_HOME, homedir());
  if (directory !== undefined) module.enableCompileCache(directory);
}

/**
 * The user's own folder for it, made when it is missing. Whoever can write there can run code as this user, so it is undefined
 * when somebody else could, or when it cannot be made (a read-only root, a user without a home): a start without it only takes longer.
 * @param {string | undefined} cacheHome an absolute path (XDG Base Directory Specification), else `.cache` in `home` is meant
 * @param {string} home
 * @param {number | undefined} user
 * @returns {string | undefined}
 */
export function compileCacheDirectory(cacheHome, home, user = process.geteuid?.()) {
  // Windows keeps a user's folders from other users by access lists, of which the mode says nothing.
  if (user === undefined) return undefined;
  const [start, ...below] = cacheHome !== undefined && isAbsolute(cacheHome) ? [cacheHome] : [home, '.cache'];
  try {
    // With sudo the home may be another user's, who could not use what root makes in it.
    if (statSync(start).uid !== user) return undefined;
    const directory = join(start, ...below, 'longshore', 'compile-cache');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = realpathSync(directory);
    return isPrivate(path, user) ? path : undefined;
  } catch {
    // No cache then: nothing of what the command does depends on it.
    return undefined;
  }
}

/**
 * Whether `path` belongs to the user, and neither it nor a folder above it can be changed by anybody but the user and root.
 * @param {string} path without symbolic links
 * @param {number} user
 * @returns {boolean}
 */
function isPrivate(path, user) {
  const own = lstatSync(path);
  if (own.uid !== user || (own.mode & 0o077) !== 0) return false;
  for (let above = dirname(path); ; above = dirname(above)) {
    const { uid, mode } = lstatSync(above);
    if (uid !== user && uid !== 0) return false;
    if ((mode & writableByOthers) !== 0 && (mode & sticky) === 0) return false;
    if (above === dirname(above)) return true;
  }
}
