import type { Text } from '../../language.ts';
import { said } from '../../language.ts';

/** What is looked at, in this order, by the name that programs see; with what people read. */
export const checkNames = {
  DNS: said('DNS'),
  TCP: said('TCP'),
  proxy: said('proxy', '代理'),
  TLS: said('TLS'),
  registry: said('registry', '仓库'),
  clock: said('clock', '时钟'),
  'token service': said('token service', '令牌服务'),
  login: said('login', '登录'),
  'size of layers': said('size of layers', '层大小'),
  'length of tokens': said('length of tokens', '令牌长度'),
  'rate limit': said('rate limit', '请求限速'),
} as const satisfies Readonly<Record<string, Text>>;

/** One of `checkNames`. */
export type CheckName = keyof typeof checkNames;

/** What came of a check, with what people read. */
export const states = {
  ok: said('ok', '正常'),
  warning: said('warning', '警告'),
  failed: said('failed', '失败'),
  skipped: said('skipped', '跳过'),
} as const satisfies Readonly<Record<string, Text>>;

/** What one check found. `fix` says what to do, where something is wrong. */
export interface Finding {
  readonly state: keyof typeof states;
  readonly found: Text;
  readonly fix?: Text;
}

/** Nothing is wrong. */
export function ok(found: Text): Finding {
  return { state: 'ok', found };
}

/** Something keeps the registry from being used. */
export function failed(found: Text, fix: Text): Finding {
  return { state: 'failed', found, fix };
}

/** Something may yet become a problem. */
export function warning(found: Text, fix: Text): Finding {
  return { state: 'warning', found, fix };
}

/** It could not be looked at, or there is nothing to look at. */
export function skipped(found: Text): Finding {
  return { state: 'skipped', found };
}
