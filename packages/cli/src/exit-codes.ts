import { ApiProblem } from '@longshore/api-client';
import { RegistryClientError } from '@longshore/oci/client';
import { type Say, UsageError } from './command.ts';

/** What the exit codes mean. They are part of the interface: none changes its meaning. */
export const exitCodes = {
  0: 'done',
  1: 'failed for a reason that is none of those below, or declined',
  2: 'the command line is wrong',
  3: 'what was named does not exist',
  4: 'not logged in, or without the right to do this',
  5: 'the state of things does not allow it (conflict, changed meanwhile, quota, rule)',
  6: 'the registry cannot be reached, or its TLS certificate is not trusted',
  7: 'the registry cannot do it now: try again later',
  130: 'interrupted (Ctrl-C)',
} as const;

/** One of `exitCodes`. */
export type ExitCode = keyof typeof exitCodes;

const byStatus: Readonly<Record<number, ExitCode>> = {
  400: 2,
  401: 4,
  403: 4,
  404: 3,
  405: 5,
  409: 5,
  412: 5,
  428: 5,
  429: 7,
  502: 7,
  503: 7,
  504: 7,
};

/** The code that a failure ends with. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return 2;
  if (error instanceof ApiProblem || error instanceof RegistryClientError) return byStatus[error.status] ?? 1;
  // What fetch says of a connection that failed; its cause is of Node's network or TLS layer.
  if (error instanceof TypeError && error.message === 'fetch failed') return 6;
  return 1;
}

/** What a failed request says to a person, and what to do. */
export function failureText(error: unknown, say: Say): string {
  return `${reasonText(error, say)}${error instanceof Error ? say(hintOf(error)) : ''}`;
}

/** What a failed request says to a person: fetch hides the reason (refused, unknown host) in `cause`. */
export function reasonText(error: unknown, say: Say = (english) => english): string {
  if (!(error instanceof Error)) return String(error);
  const cause =
    error.cause instanceof Error ? `: ${say(error.cause.message || ('code' in error.cause ? String(error.cause.code) : ''))}` : '';
  const message = error instanceof ApiProblem ? problemText(error, say) : say(error.message);
  const later =
    error instanceof ApiProblem && error.retryAfterSeconds !== undefined
      ? ` ${say(`Try again in ${error.retryAfterSeconds} seconds.`)}`
      : '';
  return `${message}${cause}${later}`;
}

/** The message of a refusal, with what is wrong where behind it as far as it does not say that itself. */
function problemText({ faults, message }: ApiProblem, say: Say): string {
  const said = faults.map(({ pointer, detail }) => ({ english: `${pointer}: ${detail}`, text: `${pointer}: ${say(detail)}` }));
  const inMessage = said.filter(({ english }) => message.includes(english));
  const more = said.filter((fault) => !inMessage.includes(fault));
  const whole = inMessage.reduce((text, fault) => text.replace(fault.english, () => fault.text), say(message));
  return [whole, ...more.map(({ text }) => `  ${text}`)].join('\n');
}

function hintOf(error: Error): string {
  const code = exitCodeOf(error);
  if (error instanceof ApiProblem && error.status === 401) return '\nLog in with: longshore login';
  if (error instanceof RegistryClientError && error.status === 401)
    return `\nLog in with: longshore login${error.registry === undefined ? '' : ` ${error.registry}`}`;
  return code === 6 ? '\nlongshore doctor finds out what stands in the way.' : '';
}
