import { didYouMean, type SourceContent } from './config-problem.ts';
import { isVariableOfStore } from './mirror-secrets.ts';
import { settings } from './settings.ts';
import { textToValue } from './text-value.ts';

const byVariable = new Map(settings.map((setting) => [setting.variable, setting]));
const documented = settings.filter((setting) => !setting.hidden).map((setting) => setting.variable);

/** Names the configuration file. */
export const configFileVariable = 'LONGSHORE_CONFIG';

/** Those of the client: which registry its commands mean, as whom, and the language of people. */
const clientVariables: ReadonlySet<string> = new Set(['LONGSHORE_LANG', 'LONGSHORE_SERVER', 'LONGSHORE_TOKEN']);

/**
 * Kubernetes puts variables like LONGSHORE_SERVICE_HOST and LONGSHORE_PORT_5000_TCP=tcp://10.0.0.1:5000 into every Pod
 * beside a Service named longshore or longshore-...; refusing them would keep the server from starting there.
 */
function isServiceLink(name: string, value: string): boolean {
  if (/_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?$/.test(name)) return true;
  return name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value);
}

/** Reads every LONGSHORE_* variable but those of declared stores. An empty one counts as not given; LONGSHORE_TEST_* belongs to the tests. */
export function readVariables(env: Readonly<Record<string, string | undefined>>): SourceContent {
  const content: SourceContent = { values: new Map(), problems: [] };
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('LONGSHORE_') || name.startsWith('LONGSHORE_TEST_') || name === configFileVariable || clientVariables.has(name))
      continue;
    if (text === undefined || text === '' || isServiceLink(name, text) || isVariableOfStore(name)) continue;
    const setting = byVariable.get(name);
    if (setting === undefined)
      content.problems.push({ source: name, message: `unknown variable${didYouMean(name, [...documented, configFileVariable])}` });
    else content.values.set(setting.key, { value: textToValue(setting, text), source: name });
  }
  return content;
}
