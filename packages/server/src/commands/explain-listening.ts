import type { Config } from '../config/schema.ts';

/** Opens the configured port with `open`; what the system says against it becomes a message with what to do. */
export async function explainListening<T>(
  { listen: { host, port } }: Config,
  open: (host: string | undefined, port: number) => Promise<T>,
): Promise<T> {
  try {
    return await open(host, port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const where = `${host ?? '*'}:${port}`;
    if (code === 'EADDRINUSE')
      throw new Error(`${where} is in use by another program: stop it, or choose another with --listen HOST:PORT.`, { cause: error });
    if (code === 'EACCES')
      throw new Error(`${where} may not be opened by this user: choose a port above 1023 with --listen HOST:PORT.`, { cause: error });
    throw error;
  }
}
