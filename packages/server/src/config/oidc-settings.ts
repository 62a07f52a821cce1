import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { authorityFile, issuerUrl, issuerUrlAccepts, shortName, shortNameAccepts } from './issuer-settings.ts';
import { pathAccepts } from './path-accepts.ts';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

const claimAccepts = {
  en: 'the name of a claim; names with dots lead into it: realm_access.roles',
  zh: '声明名称；用点深入内部：realm_access.roles',
};

const connection = {
  name: v.pipe(
    shortName,
    notes(
      'Name of the provider. Part of the callback address, and kept with everybody who came from it: never change it.',
      '提供方名称。它是回调地址的一部分，并与来自该提供方的每个人一同保存：请勿更改。',
      { accepts: shortNameAccepts('keycloak') },
    ),
  ),
  title: v.pipe(
    v.optional(filledText),
    notes('What people read on the button.', '按钮上显示的名称。', {
      accepts: { en: 'a text', zh: '文本' },
      otherwise: { en: 'the name', zh: '提供方名称' },
    }),
  ),
  issuer: v.pipe(
    issuerUrl,
    notes('What the provider calls itself (the claim `iss`), to the letter.', '提供方自称的签发方（`iss` 声明），须完全一致。', {
      accepts: issuerUrlAccepts('https://sso.example.com/realms/main'),
    }),
  ),
  clientId: v.pipe(
    filledText,
    notes('What the provider calls this registry.', '提供方为镜像仓库登记的客户端 ID。', { accepts: { en: 'a text', zh: '文本' } }),
  ),
  clientSecretFile: v.pipe(
    v.optional(filledText),
    notes("File with the client's secret; read hourly and after failures.", '存放客户端密钥的文件；每小时及失败后重新读取。', {
      accepts: pathAccepts,
      otherwise: { en: 'a public client', zh: '公开客户端' },
    }),
  ),
  authorityFile,
  scopes: v.pipe(
    v.optional(v.array(v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))), ['profile', 'email']),
    notes('What is asked for besides `openid`.', '除 `openid` 外请求的 scope。', {
      accepts: { en: 'a list of scopes', zh: 'scope 列表' },
      otherwise: { en: 'profile, email', zh: 'profile、email' },
    }),
  ),
} as const;

const people = {
  nameClaim: v.pipe(
    v.optional(filledText, 'preferred_username'),
    notes('What a new user is called after; it never decides who somebody is.', '新用户的命名依据；不用于判断身份。', {
      accepts: claimAccepts,
    }),
  ),
  groupsClaim: v.pipe(
    v.optional(filledText, 'groups'),
    notes('Where the groups of a person stand: a list of texts, or one text.', '人员所属用户组所在的声明：文本列表或单个文本。', {
      accepts: claimAccepts,
    }),
  ),
  groupPrefix: v.pipe(
    v.optional(v.pipe(v.string(), v.maxLength(40)), ''),
    notes('Before the names of groups that are made here for those of the provider.', '为提供方的用户组在此创建的用户组的名称前缀。', {
      accepts: { en: 'a text', zh: '文本' },
      otherwise: { en: 'none', zh: '无' },
    }),
  ),
  groups: v.pipe(
    v.optional(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(255))), ['*']),
    notes(
      'Which groups of the provider are taken, as it calls them; at most 200 of a person.',
      '采用提供方的哪些用户组（按提供方的名称）；每人最多 200 个。',
      {
        accepts: { en: 'a list; * and ? stand for any characters and any one', zh: '列表；* 表示任意多个字符，? 表示一个' },
        otherwise: { en: 'all', zh: '全部' },
      },
    ),
  ),
  administratorGroup: v.pipe(
    v.optional(filledText),
    notes(
      'Who is in this group of the provider administers the registry, and who is not does not.',
      '属于提供方该用户组的人员是镜像仓库的管理员，不属于的则不是。',
      { accepts: { en: 'a text', zh: '文本' }, otherwise: { en: 'the provider does not decide it', zh: '不由提供方决定' } },
    ),
  ),
  createUsers: v.pipe(
    v.optional(v.boolean(), true),
    notes('Whether people whom the provider knows become users at their first login.', '提供方认识的人员首次登录时是否自动成为用户。'),
  ),
  recheckMinutes: v.pipe(
    v.optional(wholeFrom(1, 1440), 15),
    notes(
      'How often the provider is asked about people who came from it with a refresh token: whom it vouches for no more is out here, and groups are renewed.',
      '每隔多少分钟用刷新令牌向提供方核对人员：不再获认可者在此失效，用户组随之更新。',
    ),
  ),
  requireAuthTime: v.pipe(
    v.optional(v.boolean(), true),
    notes(
      'Whether the provider must say when somebody proved there who they are (the claim `auth_time`), where a sign-in of now is needed: for making tokens, for letting devices in. `false` is for a provider that cannot: it is then believed that it asks when it is told to (`prompt=login`).',
      '在需要刚刚登录之处（创建令牌、允许设备接入），提供方是否必须说明人员何时证明了身份（`auth_time` 声明）。`false` 用于无法说明的提供方：此时相信它会按要求重新询问（`prompt=login`）。',
    ),
  ),
  timeoutSeconds: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(60)), 3),
    notes('How long each question to the provider may take.', '每次询问提供方的最长等待时间（秒）。'),
  ),
} as const;

/** Setting `signIn.oidc`. */
export const oidcProviders = v.pipe(
  v.optional(v.pipe(v.array(v.strictObject({ ...connection, ...people })), v.maxLength(20)), []),
  notes(
    'Providers of OpenID Connect through which people sign in with a browser. See docs/guides/single-sign-on.md.',
    '人员通过浏览器登录所用的 OpenID Connect 提供方。见 docs/guides/single-sign-on.zh-CN.md。',
  ),
);
