import { ApiProblem } from '@longshore/api-client';
import { RegistryClientError } from '@longshore/oci/client';
import { type Say, UsageError } from './command.ts';

/** What the exit codes mean. They are part of the interface: none changes its meaning. */
export const exitCodes = {
  0: { en: 'done', zh: '已完成' },
  1: { en: 'failed for a reason that is none of those below, or declined', zh: '因下列之外的原因失败，或被拒绝确认' },
  2: { en: 'the command line is wrong', zh: '命令行有误' },
  3: { en: 'what was named does not exist', zh: '所指的对象不存在' },
  4: { en: 'not logged in, or without the right to do this', zh: '未登录，或没有权限' },
  5: {
    en: 'the state of things does not allow it (conflict, changed meanwhile, quota, rule)',
    zh: '当前状态不允许（冲突、已被他人改动、配额、规则）',
  },
  6: { en: 'the registry cannot be reached, or its TLS certificate is not trusted', zh: '无法连接仓库，或其 TLS 证书不受信任' },
  7: { en: 'the registry cannot do it now: try again later', zh: '仓库暂时无法处理，请稍后再试' },
  130: { en: 'interrupted (Ctrl-C)', zh: '被中断（Ctrl-C）' },
} as const;

/** One of `exitCodes`. */
export type ExitCode = keyof typeof exitCodes;

const byStatus: Readonly<Record<number, ExitCode>> = {
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
  const faults = error instanceof ApiProblem ? error.faults.map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`).join('') : '';
  const later =
    error instanceof ApiProblem && error.retryAfterSeconds !== undefined
      ? ` ${say(`Try again in ${error.retryAfterSeconds} seconds.`)}`
      : '';
  return `${say(error.message)}${cause}${faults}${later}`;
}

function hintOf(error: Error): string {
  const code = exitCodeOf(error);
  if (error instanceof ApiProblem && error.status === 401) return '\nLog in with: longshore login';
  return code === 6 ? '\nlongshore doctor finds out what stands in the way.' : '';
}
