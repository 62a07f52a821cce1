import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { pathAccepts } from './path-accepts.ts';
import { notes } from './setting-text.ts';

/** Settings of section `tls` about certificates that clients show. */
export const clientCertificates = {
  clientCertificates: v.pipe(
    v.optional(v.picklist(['off', 'optional']), 'off'),
    notes(
      'Whether clients are asked for a certificate of their own (mTLS), which then stands for a robot or a user. Those without one go on as before. See docs/guides/client-certificates.md.',
      '是否请求客户端出示自己的证书（mTLS），证书代表某个机器人账号或用户。没有证书的客户端不受影响。见 docs/guides/client-certificates.zh-CN.md。',
    ),
  ),
  clientAuthorities: v.pipe(
    v.optional(filledText),
    notes(
      'Certificates (PEM) of the authorities whose certificates clients may show, roots among them. Read again when it changes.',
      '客户端证书的颁发机构证书（PEM），须包含根证书。文件变化时自动重新读取。',
      { accepts: pathAccepts, otherwise: { en: 'needed with `tls.clientCertificates`', zh: '启用 `tls.clientCertificates` 时必填' } },
    ),
  ),
  clientRevocations: v.pipe(
    v.optional(v.array(filledText), []),
    notes(
      'Files with lists of revoked certificates (CRL, PEM); with one, every authority of a client needs its list, and an outdated list refuses. Read again when they change.',
      '证书吊销列表文件（CRL，PEM）。一旦设置，客户端证书链中的每个颁发机构都须有列表，过期的列表会导致拒绝。文件变化时自动重新读取。',
      { accepts: { en: 'paths, separated by commas in variables and flags', zh: '路径；在变量和参数中用逗号分隔' } },
    ),
  ),
  clientUsers: v.pipe(
    v.optional(v.picklist(['off', 'common-name']), 'off'),
    notes(
      'Whether a certificate stands for the user whose name is its common name: users with a password here, without a second factor, never administrators.',
      '证书的通用名称（CN）是否代表同名用户：仅限在此设有密码、无需两步验证的用户，管理员除外。',
    ),
  ),
};
