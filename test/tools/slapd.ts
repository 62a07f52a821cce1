import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority, makeServerCertificate } from '../../packages/server/src/http/tls/certificate-writer.ts';
import { until } from '../security/until.ts';
import { freePort } from './free-port.ts';
import { programPath } from './programs.ts';
import { runProgram } from './run-program.ts';
import { type StartedProcess, startProcess } from './started-process.ts';

/** A directory server on loopback with TLS. */
export interface Slapd {
  /** `ldaps://localhost:PORT` */
  readonly secureUrl: string;
  /** `ldap://localhost:PORT`, for StartTLS. */
  readonly plainUrl: string;
  readonly securePort: number;
  readonly plainPort: number;
  /** Certificate of the authority that vouches for `localhost`, in PEM. */
  readonly authorityFile: string;
  /** File with the password of `slapdReader`. */
  readonly passwordFile: string;
  /** Changes entries, as `ldapmodify` does (also `changetype: add` and `delete`), as the administrator of the directory. */
  modify(ldif: string): Promise<void>;
  /** Everything that it logged: with level `stats`, every operation. */
  output(): string;
  /** Stands still: connections stay open, and are made, and nobody answers. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Ends the server and keeps its files. */
  end(): Promise<void>;
  /** Starts it again, on the same ports. */
  start(): Promise<void>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

/** Below this everything is kept, and may be read by whom `slapdReader` names. */
export const slapdSuffix = 'dc=example,dc=test';
/** Who may read everything but passwords. */
export const slapdReader = { dn: `cn=reader,${slapdSuffix}`, password: 'reads-the-directory' } as const;

const administrator = { dn: `cn=admin,${slapdSuffix}`, password: 'changes-the-directory' } as const;
const schemas = '/etc/ldap/schema';
const modules = '/usr/lib/ldap';

/** What Active Directory calls things, as far as this server can be made to: its attributes under their own numbers, with the syntaxes that they have there. */
const activeDirectorySchema = `
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.159 NAME 'accountExpires' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.99999.1 NAME 'windowsAccount' SUP top AUXILIARY MAY ( objectGUID $ sAMAccountName $ userAccountControl $ accountExpires ) )
`;

const configuration = (directory: string): string => `
include ${schemas}/core.schema
include ${schemas}/cosine.schema
include ${schemas}/nis.schema
include ${schemas}/inetorgperson.schema
include ${directory}/active-directory.schema
modulepath ${modules}
moduleload back_mdb
moduleload memberof
moduleload refint
pidfile ${directory}/slapd.pid
TLSCACertificateFile ${directory}/ca.crt
TLSCertificateFile ${directory}/server.crt
TLSCertificateKeyFile ${directory}/server.key
database mdb
suffix "${slapdSuffix}"
rootdn "${administrator.dn}"
rootpw ${administrator.password}
directory ${directory}/data
dbnosync
maxsize 67108864
index objectClass,entryUUID,uid,member eq
overlay memberof
memberof-refint TRUE
overlay refint
refint_attributes member memberOf
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${slapdReader.dn}" read by users none by anonymous auth
`;

const foundation = `
dn: ${slapdSuffix}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,${slapdSuffix}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${slapdSuffix}
objectClass: organizationalUnit
ou: groups

dn: ${slapdReader.dn}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: ${slapdReader.password}
`;

/**
 * Starts Debian's slapd in a temporary folder. `ldif`: entries beside ${slapdSuffix}, its `ou=people` and `ou=groups`, and the
 * reader; groups need `member`, and members get `memberOf`.
 */
export async function startSlapd(ldif: string): Promise<Slapd> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-slapd-'));
  try {
    await prepare(directory);
    const [securePort, plainPort] = [await freePort(), await freePort()];
    const file = join(directory, 'slapd.conf');
    const urls = `ldaps://127.0.0.1:${securePort}/ ldap://127.0.0.1:${plainPort}/`;
    // In the foreground (-d), with a line for each operation; `stats` is 256.
    const launch = async (): Promise<StartedProcess> => {
      const started = await startProcess(programPath('slapd'), ['-d', '256', '-f', file, '-h', urls], { ready: /slapd starting/ });
      // It says so before it listens.
      await until(async () => (await accepts(securePort)) && accepts(plainPort));
      return started;
    };
    let server = await launch();
    const modify = async (changes: string): Promise<void> => {
      const as = ['-x', '-H', `ldap://127.0.0.1:${plainPort}`, '-D', administrator.dn, '-w', administrator.password];
      await runProgram(programPath('ldapmodify'), as, { input: changes });
    };
    // slapadd would not run the overlay that writes memberOf.
    await modify(asAdditions(`${foundation}\n${ldif}`));
    return {
      secureUrl: `ldaps://localhost:${securePort}`,
      plainUrl: `ldap://localhost:${plainPort}`,
      securePort,
      plainPort,
      authorityFile: join(directory, 'ca.crt'),
      passwordFile: join(directory, 'reader-password'),
      modify,
      output: () => server.output(),
      async freeze() {
        server.kill('SIGSTOP');
        await until(() => stands(server.pid));
      },
      thaw: () => void server.kill('SIGCONT'),
      end: () => server.stop(),
      async start() {
        server = await launch();
      },
      async stop() {
        server.kill('SIGCONT');
        await server.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Writes configuration and certificates. */
async function prepare(directory: string): Promise<void> {
  const now = new Date();
  const authority = makeAuthority(['localhost'], now);
  const { certificate, key } = makeServerCertificate(authority, ['localhost'], now);
  await mkdir(join(directory, 'data'));
  const files = {
    'slapd.conf': configuration(directory),
    'active-directory.schema': activeDirectorySchema,
    'reader-password': `${slapdReader.password}\n`,
    'ca.crt': authority.certificate.toString(),
    'server.crt': certificate.toString(),
    'server.key': key.export({ type: 'pkcs8', format: 'pem' }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { mode: 0o600 });
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Nobody listens yet.
    return false;
  } finally {
    socket.destroy();
  }
}

/** Whether every thread has been stopped, which takes a moment. */
function stands(pid: number): boolean {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.every((thread) => /^State:\s+T/m.test(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')));
}

function asAdditions(ldif: string): string {
  return ldif
    .trim()
    .split(/\n{2,}/)
    .map((entry) => entry.replace(/^dn:.*$/m, '$&\nchangetype: add'))
    .join('\n\n');
}
