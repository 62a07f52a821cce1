import { spawn } from 'node:child_process';

/** What a credential helper keeps for a registry. */
export interface HelperCredential {
  readonly Username: string;
  readonly Secret: string;
}

/**
 * Runs `docker-credential-NAME VERB` with `input` on its standard input (the protocol of docker-credential-helpers); resolves to what it
 * prints. Rejects with what it says when it fails.
 */
function runHelper(name: string, verb: 'get' | 'store' | 'erase', input: string): Promise<string> {
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    return Promise.reject(new Error(`'${name}' in docker's config.json is no name of a credential helper`));
  return new Promise((resolve, reject) => {
    const child = spawn(`docker-credential-${name}`, [verb], { stdio: ['pipe', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.once('error', (cause) =>
      reject(new Error(`docker-credential-${name}, which docker's config.json names, cannot be run`, { cause })),
    );
    child.once('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`docker-credential-${name} ${verb} ended with ${code}: ${out.trim()}`)),
    );
    // A helper that ends without reading says why by its exit code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** What the helper keeps for a registry; undefined when it keeps nothing for it. */
export async function helperCredential(name: string, server: string): Promise<HelperCredential | undefined> {
  try {
    const { Username, Secret } = JSON.parse(await runHelper(name, 'get', server)) as Partial<HelperCredential>;
    return Username === undefined || Secret === undefined ? undefined : { Username, Secret };
  } catch (error) {
    if (error instanceof Error && /credentials not found|No stored credential/i.test(error.message)) return undefined;
    throw error;
  }
}

/** Gives the helper a secret to keep. */
export async function storeInHelper(name: string, server: string, { Username, Secret }: HelperCredential): Promise<void> {
  await runHelper(name, 'store', JSON.stringify({ ServerURL: server, Username, Secret }));
}

/** Makes the helper forget a registry. */
export async function eraseFromHelper(name: string, server: string): Promise<void> {
  await runHelper(name, 'erase', server);
}
