import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../tools/programs.ts';
import { type RunOptions, type RunResult, tryProgram } from '../tools/run-program.ts';

export interface Credentials {
  readonly host: string;
  readonly user: string;
  readonly password: string;
}

/** A home directory of its own for client programs, so that they neither see nor change the developer's settings. */
export interface ClientHome {
  readonly directory: string;
  /** A path inside the home directory. */
  path(...names: string[]): string;
  /** Runs an installed client in this home, whatever its exit code. */
  try(program: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Runs an installed client in this home; it must succeed. Answers with its standard output. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<string>;
  remove(): Promise<void>;
}

/** Makes a home directory; with credentials its clients are logged in as by `docker login`. */
export async function createClientHome(credentials?: Credentials): Promise<ClientHome> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-client-'));
  const path = (...names: string[]): string => join(directory, ...names);
  const dockerConfig = path('.docker', 'config.json');
  await mkdir(path('.docker'));
  await writeFile(dockerConfig, JSON.stringify({ auths: credentials === undefined ? {} : dockerLogin(credentials) }), { mode: 0o600 });
  const env = {
    HOME: directory,
    XDG_CACHE_HOME: path('.cache'),
    XDG_CONFIG_HOME: path('.config'),
    XDG_DATA_HOME: path('.local'),
    XDG_RUNTIME_DIR: directory,
    DOCKER_CONFIG: path('.docker'),
    REGISTRY_AUTH_FILE: dockerConfig,
    REGCTL_CONFIG: path('regctl.json'),
    HELM_REGISTRY_CONFIG: path('helm-registry.json'),
    COSIGN_PASSWORD: '',
    BUILDAH_ISOLATION: 'chroot',
  };
  const tryClient = (program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
    tryProgram(programPath(program), args, { ...options, env: { ...env, ...options.env } });
  return {
    directory,
    path,
    try: tryClient,
    async run(program, args, options) {
      const result = await tryClient(program, args, options);
      if (result.code === 0) return result.stdout;
      throw new Error(`${program} ${args.join(' ')} ended with ${result.code}\n${result.stdout}${result.stderr}`);
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

function dockerLogin(credentials: Credentials): Record<string, { auth: string }> {
  const auth = Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64');
  return { [credentials.host]: { auth } };
}
