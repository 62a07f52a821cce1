import { createHmac, randomBytes } from 'node:crypto';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ExternalProof, PasswordSource } from '../../registry/ports/sign-in.ts';
import { DirectoryTrouble } from './connection.ts';
import type { Directory } from './directory.ts';

type Answer = Awaited<ReturnType<PasswordSource['check']>>;

/** Checks at a time, and how many wait: more would melt a directory, and not be answered in time. */
const mostRunning = 32;
const mostWaiting = 256;
/** Longer names and passwords are nobody's. */
const longestText = 1024;

/** Logins by name and password of a directory. Requests with the same name and password at the same time are one check. */
export class DirectoryPasswords implements PasswordSource {
  readonly name: string;
  readonly credential: string;
  readonly rememberMs: Millis;
  readonly #directory: Directory;
  readonly #key = randomBytes(32);
  readonly #checks = new Map<string, Promise<Answer>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(directory: Directory, { rememberMs }: { rememberMs: Millis }) {
    this.rememberMs = rememberMs;
    this.#directory = directory;
    this.name = directory.settings.name;
    this.credential = `ldap:${this.name}`;
  }

  /** An empty password never gets to the directory: to many it is no password, but the wish to be nobody (RFC 4513 section 5.1.2). */
  async check(name: string, password: string): Promise<Answer> {
    if (name === '' || name.length > longestText) return { kind: 'unknown' };
    if (password === '' || password.length > longestText) return { kind: 'refused', detail: 'the password is empty or too long' };
    const key = createHmac('sha256', this.#key)
      .update(`${Buffer.byteLength(name)}:${name}${password}`)
      .digest('base64');
    const running = this.#checks.get(key);
    if (running !== undefined) return running;
    const end = this.#directory.deadline();
    const check = this.#inTurn(() => this.#check(name, password, end)).finally(() => this.#checks.delete(key));
    this.#checks.set(key, check);
    return check;
  }

  async #check(name: string, password: string, end: number): Promise<Answer> {
    try {
      const found = await this.#directory.findByName(name, end);
      if (found.kind === 'none') return { kind: 'unknown' };
      if (found.kind === 'several')
        return { kind: 'refused', detail: 'the directory has several people of that name: make userFilter narrower' };
      if (!(await this.#directory.proves(found.entry, password, end)))
        return { kind: 'refused', detail: 'the directory refused the password' };
      const person = await this.#directory.identify(found.entry, end);
      return person.kind === 'person' ? { kind: 'proved', identity: person.identity } : person;
    } catch (error) {
      return awayBy(error);
    }
  }

  async #inTurn(check: () => Promise<Answer>): Promise<Answer> {
    if (this.#running >= mostRunning) {
      if (this.#waiting.length >= mostWaiting) return { kind: 'away', detail: 'too many logins wait for the directory' };
      // Not for long: those before end before this one's own time does. Whoever ends hands its place over, so `#running` stays as it is.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await check();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** What cannot be asked proves nobody; everything else that was thrown is a fault of this program. */
function awayBy(error: unknown): Extract<ExternalProof, { kind: 'away' }> {
  if (error instanceof DirectoryTrouble) return { kind: 'away', detail: error.message };
  throw error;
}
