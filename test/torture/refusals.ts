import type { Answer } from '../crash/registry-client.ts';
import type { Findings } from './findings.ts';

/** Whether an answer is a refusal that the protocol allows for another reason than what the client did. */
export type Refuses = (what: string, answer: Answer) => boolean;

interface Excess {
  readonly used: number;
  readonly reserved: number;
  readonly limit: number;
  readonly needed: number;
}

/** No repository refuses anything. */
export const neverRefuses: Refuses = () => false;

/** Accepts what a quota refuses, and complains when the refusal's own figures say that there was room. */
export function quotaRefuses(findings: Findings): Refuses {
  return (what, { status, body }) => {
    if (status !== 413 && status !== 403) return false;
    const detail = (JSON.parse(body.toString() || '{}') as { errors?: { detail?: Partial<Excess> }[] }).errors?.[0]?.detail;
    const { used, reserved = 0, limit, needed } = detail ?? {};
    if (used === undefined || limit === undefined || needed === undefined) return false;
    findings.did('refused by a quota');
    if (used + reserved + needed <= limit) findings.add('unexpected', `${what} is refused though there is room: ${JSON.stringify(detail)}`);
    return true;
  };
}

/** Accepts what a rule over tags refuses. */
export function ruleRefuses(findings: Findings): Refuses {
  return (_what, { status, body }) => {
    if (status !== 409 && status !== 403) return false;
    const { errors } = JSON.parse(body.toString() || '{}') as { errors?: { detail?: { rule?: unknown } }[] };
    if (errors?.[0]?.detail?.rule === undefined) return false;
    findings.did('refused by a rule over tags');
    return true;
  };
}
