import * as v from 'valibot';
import { acme } from './acme-settings.ts';
import { isCertificateHost } from './certificate-host.ts';
import { clientCertificates } from './client-certificate-settings.ts';
import { filledText } from './filled-text.ts';
import { pathAccepts } from './path-accepts.ts';
import { notes } from './setting-text.ts';

/** Settings of section `tls`. */
export const tls = v.pipe(
  v.strictObject({
    certFile: v.pipe(
      v.optional(filledText),
      notes(
        "The server's certificate in PEM, followed by those of its issuers; with it, the port speaks HTTPS. Read again when it changes.",
        '服务器证书（PEM），其后为各级签发方的证书；设置后端口使用 HTTPS。文件变化时自动重新读取。',
        { accepts: pathAccepts, otherwise: { en: 'plain HTTP', zh: '明文 HTTP' } },
      ),
    ),
    keyFile: v.pipe(
      v.optional(filledText),
      notes("The certificate's private key in PEM, without a passphrase.", '证书的私钥（PEM），不带口令。', {
        accepts: pathAccepts,
        otherwise: { en: 'in the file of `tls.certFile`', zh: '位于 `tls.certFile` 文件中' },
      }),
    ),
    selfSigned: v.pipe(
      v.optional(v.array(v.pipe(v.string(), v.check(isCertificateHost))), []),
      notes(
        'Instead of `tls.certFile`: names for which the registry makes its own certificate authority and certificate.',
        '代替 `tls.certFile`：由镜像仓库自建证书颁发机构并为这些名称签发证书。',
        {
          accepts: {
            en: 'host names, *.NAME and IP addresses, separated by commas in variables and flags',
            zh: '主机名、*.名称或 IP 地址；在变量和参数中用逗号分隔',
          },
        },
      ),
    ),
    acme: v.optional(acme, {}),
    minVersion: v.pipe(
      v.optional(v.picklist(['1.2', '1.3']), '1.2'),
      notes('Oldest version of TLS that is accepted.', '接受的最低 TLS 版本。'),
    ),
    http2: v.pipe(
      v.optional(v.boolean(), true),
      notes(
        'Whether clients may choose HTTP/2. One connection then carries all transfers of a client.',
        '是否允许客户端选择 HTTP/2；一个连接即可承载客户端的全部传输。',
      ),
    ),
    ...clientCertificates,
  }),
  v.forward(
    v.partialCheck(
      [['certFile'], ['keyFile']],
      ({ certFile, keyFile }) => keyFile === undefined || certFile !== undefined,
      'tls.keyFile goes with tls.certFile; give both or none',
    ),
    ['certFile'],
  ),
  v.forward(
    v.partialCheck(
      [['certFile'], ['selfSigned']],
      ({ certFile, selfSigned }) => certFile === undefined || selfSigned.length === 0,
      'tls.selfSigned and tls.certFile are both given; give one',
    ),
    ['selfSigned'],
  ),
  v.forward(
    v.partialCheck(
      [['certFile'], ['selfSigned'], ['acme', 'names']],
      ({ certFile, selfSigned, acme: { names } }) => names.length === 0 || (certFile === undefined && selfSigned.length === 0),
      'tls.acme.names is given beside tls.certFile or tls.selfSigned; give one',
    ),
    ['acme', 'names'],
  ),
  v.forward(
    v.partialCheck(
      [['clientCertificates'], ['clientAuthorities']],
      ({ clientCertificates: asked, clientAuthorities }) => (asked === 'off') === (clientAuthorities === undefined),
      'tls.clientAuthorities goes with tls.clientCertificates: optional; give both or none',
    ),
    ['clientAuthorities'],
  ),
  v.forward(
    v.partialCheck(
      [['clientCertificates'], ['certFile'], ['selfSigned'], ['acme', 'names']],
      ({ clientCertificates: asked, ...served }) => asked === 'off' || speaksHttps(served),
      'tls.clientCertificates needs HTTPS; give tls.certFile, tls.selfSigned or tls.acme.names',
    ),
    ['clientCertificates'],
  ),
);

/** What makes the port speak HTTPS. */
interface Served {
  readonly certFile?: string | undefined;
  readonly selfSigned: readonly string[];
  readonly acme: { readonly names: readonly string[] };
}

/** Whether the port speaks HTTPS. */
export function speaksHttps({ certFile, selfSigned, acme: { names } }: Served): boolean {
  return certFile !== undefined || selfSigned.length > 0 || names.length > 0;
}
