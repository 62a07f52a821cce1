import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { shortName, shortNameAccepts } from './issuer-settings.ts';
import { pathAccepts } from './path-accepts.ts';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

const isLoopback = (host: string) => host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

/** Whether a server of a directory is named so, and nothing else is. */
function isDirectoryUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^ldaps?:$/.test(url.protocol) || url.hostname === '') return false;
  return /^\/?$/.test(url.pathname) && url.username + url.password + url.search + url.hash === '';
}

const attribute = (fallback: string) => v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9-]*$/)), fallback);
const attributeAccepts = { en: 'the name of an attribute', zh: '属性名' };

const where = {
  name: v.pipe(
    shortName,
    notes(
      'What records and users of it are linked to; it is kept in the database and never changes.',
      '目录的名称；记录与用户据此关联，保存在数据库中，不可更改。',
      {
        accepts: shortNameAccepts('corp'),
      },
    ),
  ),
  urls: v.pipe(
    v.array(v.pipe(v.string(), v.check(isDirectoryUrl))),
    v.minLength(1),
    notes(
      'Servers of the directory. The first is asked; when it is away, the next.',
      '目录服务器。先询问第一个；不可用时依次询问后面的。',
      { accepts: { en: 'a list of ldaps://HOST[:PORT] and ldap://HOST[:PORT]', zh: '列表：ldaps://主机[:端口] 与 ldap://主机[:端口]' } },
    ),
  ),
  startTls: v.pipe(
    v.optional(v.boolean(), false),
    notes(
      'Whether connections to ldap:// are made secure by StartTLS before anything else is said.',
      'ldap:// 连接是否先用 StartTLS 加密。',
    ),
  ),
  allowPlain: v.pipe(
    v.optional(v.boolean(), false),
    notes(
      'Whether ldap:// without StartTLS is used: passwords can then be read on the way. On this host only.',
      '是否允许不带 StartTLS 的 ldap://：密码将以明文传输。仅限本机。',
    ),
  ),
  authorityFile: v.pipe(
    v.optional(filledText),
    notes(
      'Certificates (PEM) of the authorities that may vouch for its servers. Read again for each connection.',
      '可为目录服务器担保的 CA 证书文件（PEM）；每次连接时重新读取。',
      { accepts: pathAccepts, otherwise: { en: 'the usual authorities', zh: '常用颁发机构' } },
    ),
  ),
  bindDn: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/[=@\\]/))),
    notes('Who searches the directory; may read people and groups, no more.', '用于查询目录的账号；只需能读取人员与用户组。', {
      accepts: { en: 'a distinguished name, such as cn=reader,dc=example,dc=com', zh: '可分辨名称，例如 cn=reader,dc=example,dc=com' },
      otherwise: { en: 'searches without login', zh: '匿名查询' },
    }),
  ),
  bindPasswordFile: v.pipe(
    v.optional(filledText),
    notes('File with its password. Read again for each connection.', '存放其密码的文件；每次连接时重新读取。', {
      accepts: pathAccepts,
      otherwise: { en: 'searches without login', zh: '匿名查询' },
    }),
  ),
} as const;

const people = {
  userBase: v.pipe(
    filledText,
    notes('Below which people are found.', '在此之下查找人员。', {
      accepts: { en: 'a distinguished name, such as ou=people,dc=example,dc=com', zh: '可分辨名称，例如 ou=people,dc=example,dc=com' },
    }),
  ),
  userFilter: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^\s*\(.*\{name\}.*\)\s*$/s)), '(&(objectClass=person)(uid={name}))'),
    notes('Finds who logs in as {name}.', '查找以 {name} 登录的人员。', {
      accepts: { en: 'a filter (RFC 4515) with {name}', zh: '含 {name} 的过滤器（RFC 4515）' },
    }),
  ),
  idAttribute: v.pipe(
    attribute('entryUUID'),
    notes(
      'What tells people apart for ever, whatever they are called: entryUUID, with Active Directory objectGUID.',
      '永久区分人员的属性，与姓名无关：entryUUID；Active Directory 用 objectGUID。',
      { accepts: attributeAccepts },
    ),
  ),
  nameAttribute: v.pipe(
    attribute('uid'),
    notes(
      'What new users are called here; with Active Directory sAMAccountName.',
      '新用户在此处的名称；Active Directory 用 sAMAccountName。',
      {
        accepts: attributeAccepts,
      },
    ),
  ),
  emailAttribute: v.pipe(attribute('mail'), notes('Their address.', '邮箱地址。', { accepts: attributeAccepts })),
} as const;

const groups = {
  memberOfAttribute: v.pipe(
    attribute('memberOf'),
    notes(
      'Without `groupFilter`: the attribute of people that holds the distinguished names of their groups; a group is called by the first part of its name.',
      '未设置 `groupFilter` 时：人员条目中列出其所属用户组（可分辨名称）的属性；用户组名取可分辨名称的第一部分。',
      { accepts: attributeAccepts },
    ),
  ),
  groupBase: v.pipe(
    v.optional(filledText),
    notes('Below which groups count.', '只有在此之下的用户组才有效。', {
      accepts: { en: 'a distinguished name, such as ou=groups,dc=example,dc=com', zh: '可分辨名称，例如 ou=groups,dc=example,dc=com' },
      otherwise: { en: 'anywhere in the directory', zh: '目录中任意位置' },
    }),
  ),
  groupFilter: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^\s*\(.*\{(dn|name)\}.*\)\s*$/s))),
    notes('Finds the groups of the person with this {dn} or {name}.', '按 {dn} 或 {name} 查找其所属的用户组。', {
      accepts: {
        en: 'a filter (RFC 4515) with {dn} or {name}, such as (member={dn})',
        zh: '含 {dn} 或 {name} 的过滤器（RFC 4515），例如 (member={dn})',
      },
      otherwise: { en: 'the values of `memberOfAttribute`', zh: '使用 `memberOfAttribute` 的值' },
    }),
  ),
  groupNameAttribute: v.pipe(
    attribute('cn'),
    notes('What a group that was searched is called.', '查找到的用户组的名称属性。', { accepts: attributeAccepts }),
  ),
  nestedGroups: v.pipe(
    v.optional(v.boolean(), false),
    notes(
      'Whether groups of groups count: `groupFilter` is asked again with the {dn} of each, ten levels up.',
      '是否计入上级用户组：用各用户组的 {dn} 继续查询 `groupFilter`，最多十层。',
    ),
  ),
  groups: v.pipe(
    v.optional(v.array(filledText), ['*']),
    notes(
      'Which groups count here, by their names in the directory; `*` stands for any characters.',
      '目录中的哪些用户组在此有效；`*` 代表任意字符。',
      {
        accepts: { en: 'a list of names such as registry-*', zh: '名称列表，例如 registry-*' },
        otherwise: { en: 'all', zh: '全部' },
      },
    ),
  ),
  groupPrefix: v.pipe(v.optional(v.string(), ''), notes('What stands before their names here.', '这些用户组在此处名称的前缀。')),
  administratorGroup: v.pipe(
    v.optional(filledText),
    notes(
      'Its members administer the registry, and nobody else of this directory does.',
      '该用户组的成员是镜像仓库的管理员；此目录的其他人都不是。',
      {
        otherwise: { en: 'the directory says nothing about it', zh: '由镜像仓库自行决定' },
      },
    ),
  ),
} as const;

const behaviour = {
  createUsers: v.pipe(
    v.optional(v.boolean(), true),
    notes('Whether people of the directory become users at their first login.', '目录中的人员首次登录时是否自动成为用户。'),
  ),
  timeoutSeconds: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(60)), 2.5),
    notes(
      'How long a login waits for the directory, all in all; then it is answered 503.',
      '一次登录等待目录的总时长（秒）；超时应答 503。',
    ),
  ),
  rememberSeconds: v.pipe(
    v.optional(wholeFrom(0, 300), 60),
    notes('How long a password that the directory proved is good without asking again.', '目录验证过的密码在多少秒内无需再次询问。'),
  ),
  recheckMinutes: v.pipe(
    v.optional(wholeFrom(1, 1440), 15),
    notes(
      'How often the directory is asked about people who came from it: whoever is gone or disabled there is out here, and groups are renewed.',
      '每隔多少分钟重新核对来自目录的人员：已删除或停用者在此失效，用户组随之更新。',
    ),
  ),
} as const;

const directory = v.pipe(
  v.strictObject({ ...where, ...people, ...groups, ...behaviour }),
  v.partialCheck(
    [['urls'], ['startTls'], ['allowPlain']],
    ({ urls, startTls, allowPlain }) =>
      startTls || urls.every((url) => url.startsWith('ldaps:') || (allowPlain && isLoopback(URL.parse(url)?.hostname ?? ''))),
    'passwords would be sent in the clear: use ldaps:// or startTls: true (allowPlain is for servers on this host)',
  ),
  v.partialCheck(
    [['bindDn'], ['bindPasswordFile']],
    ({ bindDn, bindPasswordFile }) => (bindDn === undefined) === (bindPasswordFile === undefined),
    'bindDn and bindPasswordFile go together; give both or none',
  ),
  v.partialCheck(
    [['groupBase'], ['groupFilter'], ['nestedGroups']],
    ({ groupBase, groupFilter, nestedGroups }) =>
      (groupFilter === undefined || groupBase !== undefined) && (!nestedGroups || groupFilter?.includes('{dn}') === true),
    'groupFilter needs groupBase, and nestedGroups needs a groupFilter with {dn}',
  ),
);

/** Setting `signIn.ldap`. */
export const directories = v.pipe(
  v.optional(v.pipe(v.array(directory), v.maxLength(10)), []),
  notes(
    'Directories (LDAP, Active Directory) whose people log in here with the passwords that they have there. See docs/guides/ldap.md.',
    '目录（LDAP、Active Directory）：其中的人员可用目录密码登录。见 docs/guides/ldap.zh-CN.md。',
  ),
);
