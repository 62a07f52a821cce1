import { isUtf8 } from 'node:buffer';
import { mostPathBytes } from './layer-limits.ts';

/** Text of a name in an archive; bytes that are not UTF-8 become `\xNN`, as `ls -b` and others write them. */
export function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return bytes.toString('latin1').replaceAll(/[\x80-\xff]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
}

/**
 * The path below the root that a name stands for, empty for the root itself; undefined when it leads out of the root, or is longer than
 * any system takes.
 */
export function pathOf(name: string): string | undefined {
  if (name.length > mostPathBytes) return undefined;
  // Nearly all names are of this form.
  if (!/^\/|\/$|\/\/|(^|\/)\.\.?(\/|$)/.test(name)) return name;
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** Directory and name of a path; of the root both are empty. */
export function splitPath(path: string): readonly [directory: string, name: string] {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)];
}

/** A path as somebody writes it, without slashes at either end, as indexes have them. */
export function plainPath(path: string): string {
  return path.split('/').filter(Boolean).join('/');
}

/** The same text without what it was cut out of: V8 keeps that for any piece of 13 characters or more. */
export function compactText(text: string): string {
  return text.length < 13 ? text : Buffer.from(text).toString();
}
