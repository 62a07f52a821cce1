import { createCipheriv, createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { archiveOf, type WrittenEntry } from '../../../packages/oci/src/layers/testing/archive.ts';

/** A package of a system: name and version. */
export type Package = readonly [name: string, version: string];

/** A large file of a layer. */
export interface Program {
  readonly name: string;
  readonly bytes: number;
}

/** A layer of these entries and a program, which does not get smaller when packed. The same arguments give the same bytes. */
export function layerOf(entries: readonly WrittenEntry[], program: Program): Buffer {
  const body = noise(program.name, program.bytes);
  // What is packed already takes no time.
  return gzipSync(archiveOf([...entries, { name: program.name, mode: 0o755, body }]), { level: 1 });
}

/** A system with these packages, as Debian keeps the list of them. */
export function systemEntries(architecture: string, packages: readonly Package[]): WrittenEntry[] {
  const status = packages.map(([name, version]) =>
    [`Package: ${name}`, 'Status: install ok installed', `Architecture: ${architecture}`, `Version: ${version}`, ''].join('\n'),
  );
  return [
    ...['bin/', 'etc/', 'etc/apt/', 'usr/', 'usr/bin/', 'usr/lib/', 'usr/share/', 'var/', 'var/lib/', 'var/lib/dpkg/'].map(directory),
    { name: 'etc/os-release', body: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n' },
    { name: 'etc/debian_version', body: '12.8\n' },
    { name: 'etc/passwd', body: 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' },
    { name: 'bin/sh', type: '2', link: 'dash' },
    { name: 'var/lib/dpkg/status', body: status.join('\n') },
  ];
}

/** An application of Node with its settings and what it depends on. */
export function applicationEntries(name: string, version: string, dependencies: readonly Package[]): WrittenEntry[] {
  const manifest = { name, version, private: true, dependencies: Object.fromEntries(dependencies) };
  return [
    ...['srv/', 'srv/app/', 'srv/app/node_modules/'].map(directory),
    { name: 'srv/app/package.json', body: `${JSON.stringify(manifest, undefined, 2)}\n` },
    { name: 'srv/app/server.js', body: `import { listen } from './http.js';\n\n// ${name} ${version}\nawait listen({ port: 8080 });\n` },
    { name: 'srv/app/README.md', body: `# ${name}\n\nListens on port 8080 and answers /healthz.\n` },
    ...dependencies.flatMap(([dependency, at]) => [
      directory(`srv/app/node_modules/${dependency}/`),
      { name: `srv/app/node_modules/${dependency}/package.json`, body: JSON.stringify({ name: dependency, version: at }) },
    ]),
  ];
}

const directory = (name: string): WrittenEntry => ({ name, type: '5', mode: 0o755 });

/** Bytes that follow from a name. */
function noise(name: string, bytes: number): Buffer {
  const key = createHash('sha256').update(name).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}
