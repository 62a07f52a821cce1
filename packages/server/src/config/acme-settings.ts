import { isIP } from 'node:net';
import * as v from 'valibot';
import { isCertificateHost } from './certificate-host.ts';
import { filledText } from './filled-text.ts';
import { listen } from './listen-setting.ts';
import { pathAccepts } from './path-accepts.ts';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

const directory = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text);
    return url !== null && url.protocol === 'https:' && url.username + url.password + url.hash === '';
  }),
);

/** Settings of section `tls.acme`. */
export const acme = v.pipe(
  v.strictObject({
    names: v.pipe(
      v.optional(v.array(v.pipe(v.string(), v.check(isCertificateHost), v.toLowerCase())), []),
      notes(
        "Instead of `tls.certFile`: names for which a certificate authority that speaks ACME, such as Let's Encrypt, issues and renews a certificate.",
        "代替 `tls.certFile`：由支持 ACME 的证书颁发机构（如 Let's Encrypt）为这些名称签发并续期证书。",
        {
          accepts: {
            en: 'host names, *.NAME (with a DNS hook) and IP addresses (without), separated by commas in variables and flags',
            zh: '主机名、*.名称（仅限 DNS 钩子）或 IP 地址（不用 DNS 钩子时）；在变量和参数中用逗号分隔',
          },
        },
      ),
    ),
    termsAgreed: v.pipe(
      v.optional(v.boolean(), false),
      notes("Whether you agree to the authority's terms of service. Needed.", '是否同意该机构的服务条款；必须同意。'),
    ),
    directory: v.pipe(
      v.optional(directory, 'https://acme-v02.api.letsencrypt.org/directory'),
      notes("Address of the authority's ACME directory.", '该机构 ACME 目录的地址。', { accepts: { en: 'an https URL', zh: 'https URL' } }),
    ),
    email: v.pipe(
      v.optional(v.pipe(v.string(), v.regex(/^[^\s@,?]+@[^\s@,?]+$/))),
      notes('Whom the authority may write to; told to it when the account is made.', '该机构可联系的邮箱，在创建账号时告知。', {
        accepts: { en: 'an e-mail address', zh: '电子邮件地址' },
        otherwise: { en: 'nobody', zh: '无' },
      }),
    ),
    profile: v.pipe(
      v.optional(v.pipe(v.string(), v.regex(/^[\w.-]{1,100}$/))),
      notes(
        'Which kind of certificate of those that the authority offers, such as `shortlived`.',
        '该机构提供的证书类型，例如 `shortlived`。',
        {
          otherwise: { en: "the authority's usual one", zh: '该机构的默认类型' },
        },
      ),
    ),
    authorityFile: v.pipe(
      v.optional(filledText),
      notes(
        "Certificates in PEM that may vouch for the authority's own server, besides those that Node trusts: for an authority of your own.",
        '除 Node 信任的之外，可为该机构自身服务器担保的证书（PEM），用于自建机构。',
        { accepts: pathAccepts, otherwise: { en: 'none', zh: '无' } },
      ),
    ),
    challenge: v.pipe(
      v.optional(v.picklist(['http-01', 'dns-hook']), 'http-01'),
      notes(
        'How the authority sees that the names are yours. http-01: it asks port 80 of each. dns-hook: a program of yours adds TXT records.',
        '机构如何确认名称归您所有。http-01：访问各名称的 80 端口。dns-hook：由您的程序添加 TXT 记录。',
      ),
    ),
    httpListen: v.pipe(
      v.optional(listen, ':80'),
      notes(
        'With http-01: where proofs are answered, on plain HTTP. Everything else there is sent to https.',
        'http-01 时以明文 HTTP 应答验证的地址；其余请求重定向到 https。',
        { accepts: { en: 'ADDRESS:PORT, or :PORT for every interface', zh: '地址:端口；`:端口` 表示所有网卡' } },
      ),
    ),
    dnsHook: v.pipe(
      v.optional(filledText),
      notes(
        'With dns-hook: a program, called with `add` or `remove`, the name of a TXT record, and its value. No shell is between.',
        'dns-hook 时调用的程序，参数依次为 `add` 或 `remove`、TXT 记录名、记录值；不经过 shell。',
        { accepts: pathAccepts, otherwise: { en: 'none', zh: '无' } },
      ),
    ),
    dnsWaitSeconds: v.pipe(
      v.optional(wholeFrom(0, 3600), 0),
      notes(
        'With dns-hook: how long to wait after the program ended, until all name servers know the records.',
        'dns-hook 时程序结束后等待所有域名服务器生效的秒数。',
      ),
    ),
  }),
  v.forward(
    v.partialCheck(
      [['names'], ['termsAgreed']],
      ({ names, termsAgreed }) => names.length === 0 || termsAgreed,
      "tls.acme.names needs tls.acme.termsAgreed: true, when you agree to the authority's terms of service",
    ),
    ['termsAgreed'],
  ),
  v.forward(
    v.partialCheck(
      [['challenge'], ['dnsHook']],
      ({ challenge, dnsHook }) => (challenge === 'dns-hook') === (dnsHook !== undefined),
      'tls.acme.dnsHook goes with tls.acme.challenge: dns-hook; give both or none',
    ),
    ['dnsHook'],
  ),
  v.forward(
    v.partialCheck(
      [['names'], ['challenge']],
      ({ names, challenge }) => names.every((name) => (challenge === 'http-01' ? !name.startsWith('*.') : isIP(name) === 0)),
      'tls.acme.names has names that tls.acme.challenge cannot prove; *.NAME needs dns-hook, an IP address needs http-01',
    ),
    ['names'],
  ),
);
