import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { shortName, shortNameAccepts } from './issuer-settings.ts';
import { pathAccepts } from './path-accepts.ts';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

function isApiServer(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.protocol === 'https:' && url.pathname === '/' && url.username + url.search + url.hash === '';
}

const prefix = (en: string, zh: string) =>
  v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^(?!system:)[^\p{Cc}]{0,100}$/u)), ''),
    notes(en, zh, { accepts: { en: 'a text that does not begin with system:, such as oidc:', zh: '不以 system: 开头的文本，例如 oidc:' } }),
  );

const people = v.strictObject({
  provider: v.pipe(
    v.string(),
    notes(
      'The users who come through this provider or directory are known to the cluster; those without a link to it are not.',
      '经此身份提供方或目录登录的用户为该集群所知；未与其关联的用户则不是。',
      { accepts: { en: 'the name of an entry of signIn.oidc or signIn.ldap', zh: 'signIn.oidc 或 signIn.ldap 中一项的名称' } },
    ),
  ),
  userPrefix: prefix(
    "Before the name that the provider has for them, as the API server's --oidc-username-prefix.",
    '加在提供方用户名之前，与 API server 的 --oidc-username-prefix 一致。',
  ),
  groupPrefix: prefix(
    "Before the names that the provider has for their groups, as the API server's --oidc-groups-prefix.",
    '加在提供方的用户组名之前，与 API server 的 --oidc-groups-prefix 一致。',
  ),
});

const cluster = v.pipe(
  v.strictObject({
    name: v.pipe(
      shortName,
      notes(
        'What logs and trusts of robots call it. With nothing else given, it is the cluster that the registry runs in.',
        '日志和机器人账号的信任规则中使用的名称。若只给出名称，则指镜像仓库自身所在的集群。',
        { accepts: shortNameAccepts('prod') },
      ),
    ),
    server: v.pipe(
      v.optional(v.pipe(v.string(), v.check(isApiServer))),
      notes('Address of its API server.', 'API server 的地址。', {
        accepts: { en: 'an https URL such as https://10.0.0.1:6443', zh: 'https URL，例如 https://10.0.0.1:6443' },
        otherwise: {
          en: "the cluster that the registry runs in, by its Pod's ServiceAccount",
          zh: '镜像仓库所在的集群，使用其 Pod 的 ServiceAccount',
        },
      }),
    ),
    caFile: v.pipe(
      v.optional(filledText),
      notes("Certificate (PEM) by which the API server's is checked.", '用于校验 API server 证书的 CA 证书（PEM）。', {
        accepts: pathAccepts,
        otherwise: { en: 'the authorities that the system trusts', zh: '系统信任的颁发机构' },
      }),
    ),
    tokenFile: v.pipe(
      v.optional(filledText),
      notes(
        'File with a token of a ServiceAccount that is bound to system:auth-delegator. Read again as it is replaced.',
        '存放 ServiceAccount 令牌的文件，该账号须绑定 system:auth-delegator。令牌轮换后会重新读取。',
        {
          accepts: pathAccepts,
          otherwise: { en: "that of the registry's Pod; needed with `server`", zh: '镜像仓库 Pod 的令牌；与 `server` 一起时必须给出' },
        },
      ),
    ),
    issuer: v.pipe(
      v.optional(filledText),
      notes('The claim `iss` of its tokens, to the letter.', '其令牌的 `iss` 声明，须完全一致。', {
        accepts: { en: 'a text', zh: '文本' },
        otherwise: { en: 'the cluster is asked', zh: '向集群查询' },
      }),
    ),
    audience: v.pipe(
      v.optional(filledText, 'longshore'),
      notes(
        'The claim `aud` that tokens must have. Clusters of the same issuer need different ones.',
        '令牌必须具有的 `aud` 声明。签发方相同的集群须使用不同的值。',
      ),
    ),
    authorize: v.pipe(
      v.optional(v.boolean(), true),
      notes(
        'Whether its roles (RBAC) decide what those may do whom it knows, besides roles here. If not, its tokens are good for trusts of robots and for what is public.',
        '除镜像仓库的角色外，是否由集群的角色（RBAC）决定其账号可以做什么。若否，其令牌只用于机器人账号的信任规则和公开内容。',
      ),
    ),
    projects: v.pipe(
      v.optional(v.pipe(v.string(), v.regex(/^([a-z0-9][a-z0-9._-]*)?\{namespace\}[a-z0-9._-]*$/)), '{namespace}'),
      notes('Which project a namespace stands for.', '命名空间对应哪个项目。', {
        accepts: { en: 'a name with {namespace} once, such as prod-{namespace}', zh: '含一个 {namespace} 的名称，例如 prod-{namespace}' },
      }),
    ),
    people: v.optional(people),
    timeoutSeconds: v.pipe(
      v.optional(wholeFrom(1, 30), 3),
      notes(
        'How long its API server is waited for; then the client is asked to try again.',
        '等待 API server 的最长时间（秒）；超过后请客户端重试。',
      ),
    ),
  }),
  v.partialCheck(
    [['server'], ['tokenFile'], ['caFile']],
    ({ server, tokenFile, caFile }) => (server === undefined ? tokenFile === undefined && caFile === undefined : tokenFile !== undefined),
    'server and tokenFile go together: give both, or neither (and no caFile) for the cluster that the registry runs in',
  ),
  v.forward(
    v.partialCheck(
      [['people'], ['authorize']],
      ({ people: known, authorize }) => known === undefined || authorize,
      'a cluster that decides nothing (authorize: false) is asked about nobody: leave people out',
    ),
    ['people'],
  ),
);

/** Settings of section `kubernetes`. */
export const kubernetes = v.strictObject({
  clusters: v.pipe(
    v.optional(
      v.pipe(
        v.array(cluster),
        v.maxLength(20),
        v.partialCheck(
          [['$', 'name']],
          (clusters) => new Set(clusters.map(({ name }) => name)).size === clusters.length,
          'names of clusters must differ',
        ),
        v.partialCheck(
          [
            ['$', 'issuer'],
            ['$', 'audience'],
          ],
          (clusters) =>
            new Set(clusters.map(({ issuer, audience }, index) => JSON.stringify([issuer ?? index, audience]))).size === clusters.length,
          'clusters of the same issuer need different audiences: a token for one would be shown to the other',
        ),
      ),
      [],
    ),
    notes(
      'Kubernetes clusters whose ServiceAccounts may log in with their tokens, and whose RBAC decides what they may do. See docs/guides/kubernetes-access.md.',
      'Kubernetes 集群：其 ServiceAccount 可用令牌登录，并由集群的 RBAC 决定可以做什么。见 docs/guides/kubernetes-access.zh-CN.md。',
    ),
  ),
});
