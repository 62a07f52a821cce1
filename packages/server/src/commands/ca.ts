import { readFile } from 'node:fs/promises';
import { printLine } from '../observability/terminal.ts';
import { readArguments, readVerb } from './arguments.ts';

export const caHelp = `longshore ca print [settings]

Prints the certificate of the registry's own authority (--tls-self-signed), which clients must trust. It holds no secret.

Install it on each client, as root; HOST:PORT is how clients name the registry:
  docker       longshore ca print > /etc/docker/certs.d/HOST:PORT/ca.crt
  containerd   longshore ca print > /etc/containerd/certs.d/HOST:PORT/ca.crt, and in hosts.toml beside it:
                 server = "https://HOST:PORT"
                 [host."https://HOST:PORT"]
                   ca = "/etc/containerd/certs.d/HOST:PORT/ca.crt"
  podman, skopeo, buildah
               longshore ca print > /etc/containers/certs.d/HOST:PORT/ca.crt
  everything   longshore ca print > /usr/local/share/ca-certificates/longshore.crt && update-ca-certificates
               (Debian, Ubuntu; on Fedora and its relatives /etc/pki/ca-trust/source/anchors/ and update-ca-trust)

Examples:
  longshore ca print --data /srv/longshore
  longshore ca print | openssl x509 -noout -text
`;

/** `longshore ca print`: the authority's certificate as it lies in `file`. */
export async function ca(argv: readonly string[], file: string): Promise<number> {
  readVerb('ca', readArguments(argv, {}).positionals, { print: [] });
  try {
    printLine((await readFile(file, 'utf8')).trimEnd());
    return 0;
  } catch (error) {
    throw new Error(`There is no certificate authority in ${file}: 'longshore serve --tls-self-signed NAME' makes one.`, { cause: error });
  }
}
