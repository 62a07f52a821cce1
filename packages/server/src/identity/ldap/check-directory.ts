import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { DirectoryConnection } from './connection.ts';
import { bindReader, Directory } from './directory.ts';
import { externalIdOf } from './directory-entry.ts';
import type { DirectorySettings } from './directory-settings.ts';
import { type DirectoryServer, serverOf } from './secure-socket.ts';

/** A step of the way from the settings to somebody's groups. */
export interface CheckedStep {
  readonly step: string;
  readonly worked: boolean;
  /** What was found, or what went wrong. */
  readonly detail: string;
}

/** Whom to look for; without a password nobody's is tried. */
export interface CheckedPerson {
  readonly name: string;
  readonly password: string | undefined;
}

/** Goes the way of a login and tells of each step, on every server of the directory; ends at the first step that fails after those. */
export async function* checkDirectory(settings: DirectorySettings, person: CheckedPerson | undefined): AsyncGenerator<CheckedStep> {
  let reached = 0;
  for (const server of settings.urls.map((url) => serverOf(url, settings))) {
    for await (const step of checkServer(server, settings)) {
      yield step;
      if (step.step.startsWith('bind') && step.worked) reached += 1;
    }
  }
  if (person !== undefined && reached > 0) yield* checkPerson(settings, person);
}

async function* checkServer(server: DirectoryServer, settings: DirectorySettings): AsyncGenerator<CheckedStep> {
  const signal = AbortSignal.timeout(settings.timeoutSeconds * 1000);
  const steps: CheckedStep[] = [];
  const onStep = (step: 'connect' | 'tls', socket: Socket): void =>
    void steps.push({ step: `${step} ${server.url}`, worked: true, detail: describe(socket) });
  let connection: DirectoryConnection | undefined;
  try {
    connection = await DirectoryConnection.open(server, signal, onStep);
    yield* steps.splice(0);
    await bindReader(connection, settings, signal);
    const detail = settings.bindDn ?? 'no bindDn: as nobody in particular';
    yield { step: `bind ${server.url}`, worked: true, detail };
  } catch (error) {
    const failed = connection !== undefined ? 'bind' : steps.length === 0 ? 'connect' : 'tls';
    yield* steps;
    yield { step: `${failed} ${server.url}`, worked: false, detail: messageOf(error) };
  } finally {
    connection?.close();
  }
}

async function* checkPerson(settings: DirectorySettings, { name, password }: CheckedPerson): AsyncGenerator<CheckedStep> {
  const directory = new Directory({ settings, now: Date.now, report: () => undefined });
  let step = 'find';
  try {
    const found = await directory.findByName(name, directory.deadline());
    if (found.kind !== 'entry') {
      const base = settings.userBase;
      const detail =
        found.kind === 'none' ? `userFilter finds nobody below ${base}` : `userFilter finds several people below ${base}: make it narrower`;
      yield { step, worked: false, detail };
      return;
    }
    const { entry } = found;
    const id = externalIdOf(entry, settings.idAttribute);
    yield {
      step,
      worked: true,
      detail: `${entry.dn}, ${id === undefined ? `no ${settings.idAttribute} that bindDn may read` : `${settings.idAttribute} ${id}`}`,
    };
    step = 'password';
    if (password !== undefined) {
      const worked = await directory.proves(entry, password, directory.deadline());
      yield { step, worked, detail: worked ? 'it is the right one' : 'the directory refuses it, or the account' };
      if (!worked) return;
    }
    step = 'groups';
    const answer = await directory.identify(entry, directory.deadline());
    if (answer.kind === 'person') yield { step, worked: true, detail: answer.identity.groups.join(', ') || 'none' };
    else yield { step: 'account', worked: false, detail: answer.detail };
  } catch (error) {
    yield { step, worked: false, detail: messageOf(error) };
  } finally {
    directory.close();
  }
}

function describe(socket: Socket): string {
  const address = `${socket.remoteAddress}:${socket.remotePort}`;
  if (!(socket instanceof TLSSocket)) return address;
  const { valid_to: until } = socket.getPeerCertificate();
  return `${socket.getProtocol()}, certificate good until ${until}`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
