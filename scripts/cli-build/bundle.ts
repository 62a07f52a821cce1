import { fileURLToPath } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

const entry = fileURLToPath(new URL('../../packages/cli/bin/standalone.js', import.meta.url));
const serverModule = '@longshore/server/main';

/** Where nothing can be imported, the server is not installed. */
const withoutServer: Plugin = {
  name: 'without-server',
  resolveId: (id) => (id === serverModule ? `\0${id}` : null),
  load: (id) =>
    id === `\0${serverModule}`
      ? `throw Object.assign(new Error("Cannot find package '@longshore/server'"), { code: 'ERR_MODULE_NOT_FOUND' });\nexport {};`
      : null,
};

/** Makes one file of the command, at `file`: a module for npm, or what an executable embeds, which must be CommonJS. */
export async function bundleCommand(file: string, shape: 'npm' | 'executable'): Promise<void> {
  const isNpm = shape === 'npm';
  const build = await rolldown({
    input: entry,
    platform: 'node',
    logLevel: 'warn',
    ...(isNpm ? { external: [serverModule] } : { plugins: [withoutServer] }),
  });
  await build.write({
    file,
    format: isNpm ? 'esm' : 'cjs',
    codeSplitting: false,
    minify: true,
    ...(isNpm && { banner: "#!/usr/bin/env node\nimport module from 'node:module';\nmodule.enableCompileCache?.();" }),
  });
  await build.close();
}
