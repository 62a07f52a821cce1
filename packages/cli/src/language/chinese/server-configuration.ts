/** What is wrong with a configuration, by its English; `{}` stands for a part that varies. What a setting takes, the settings say themselves. */
export const serverConfigurationInChinese: Readonly<Record<string, string>> = {
  'The configuration has 1 problem:': '配置有 1 个问题：',
  'The configuration has {} problems:': '配置有 {} 个问题：',
  'Every setting: docs/reference/configuration.md': '全部设置：docs/reference/configuration.zh-CN.md',
  // The ends of sentences
  '{}; did you mean {}?': '{}；是否想用 {}？',
  '{}; given: {}': '{}；给出的是 {}',
  '{}; it is missing': '{}；尚未给出',
  // An entry of a list: what stands behind its place
  '{}[{}]{}: {}': '{}[{}]{}：{}',
  // Values
  '{} must be {}; given: {}': '{} 应为：{}；给出的是 {}',
  '{} must be {}; it is missing': '{} 应为：{}；尚未给出',
  '{} must be {}; what was given is a secret': '{} 应为：{}；给出的是密钥，不予显示',
  'one of {}': '{} 之一',
  '{} must hold keys: {}': '{} 应包含以下键：{}',
  '{} must hold keys: {}; given: {}': '{} 应包含以下键：{}；给出的是 {}',
  '{} must hold keys: name, type and those of the type': '{} 应包含以下键：name、type，以及该类型的键',
  '{} must be a list of stores, each with name and type': '{} 应为存储的列表，每项含 name 与 type',
  'needs a value: {}': '需要一个值：{}',
  'the path of a YAML file': 'YAML 文件的路径',
  '{} is missing: type {} needs it': '缺少 {}：类型 {} 必须给出',
  // Names that nobody knows
  'unexpected argument; settings are given as --name value': '多余的参数；设置的写法为 --名称 值',
  'unknown flag; did you mean {}?': '未知参数；是否想用 {}？',
  'unknown flag': '未知参数',
  'unknown variable; did you mean {}?': '未知变量；是否想用 {}？',
  'unknown variable': '未知变量',
  'unknown variable: no store in mirrorRepositories has this secret': '未知变量：mirrorRepositories 中没有存储使用此密钥',
  'unknown key {}': '未知的键 {}',
  '{} is unknown; did you mean {}?': '未知的 {}；是否想用 {}？',
  '{} is unknown': '未知的 {}',
  '{} is unknown for type {}; did you mean {}?': '类型 {1} 没有 {0}；是否想用 {2}？',
  '{} is unknown for type {}': '类型 {1} 没有 {0}',
  // Files
  'cannot read the configuration file: {}': '无法读取配置文件：{}',
  'larger than {} bytes; is this the configuration file?': '超过 {} 字节；这是配置文件吗？',
  '{} is an alias of {}, which does not exist': '{} 是 {} 的别名，而后者不存在',
  '{}: {} is empty': '{}：{} 是空的',
  'cannot read the file of {}: {}': '无法读取 {} 的文件：{}',
  'secrets are not taken from the command line, where others can read them; use {} or {}':
    '命令行会被他人看到，不接受密钥；请使用 {} 或 {}',
  // Settings that do not go together
  '{} and {} are both given; give one': '{} 和 {} 同时给出；只能给其一',
  '{} and {} are the same setting; give one': '{} 和 {} 是同一项设置；只能给其一',
  '{} is only used with {}': '{} 只能与 {} 一起使用',
  '{} needs {}; give one of {}': '{} 需要 {}；请给出其一：{}',
  "tls.acme.names needs tls.acme.termsAgreed: true, when you agree to the authority's terms of service":
    'tls.acme.names 需要 tls.acme.termsAgreed: true，表示您同意该机构的服务条款',
  'tls.acme.dnsHook goes with tls.acme.challenge: dns-hook; give both or none':
    'tls.acme.dnsHook 与 tls.acme.challenge: dns-hook 须一起使用；要么都给出，要么都不给出',
  'tls.acme.names has names that tls.acme.challenge cannot prove; *.NAME needs dns-hook, an IP address needs http-01':
    'tls.acme.names 中有 tls.acme.challenge 无法证明的名称；*.名称 需要 dns-hook，IP 地址需要 http-01',
  'tls.keyFile goes with tls.certFile; give both or none': 'tls.keyFile 与 tls.certFile 须一起使用；要么都给出，要么都不给出',
  'tls.selfSigned and tls.certFile are both given; give one': 'tls.selfSigned 与 tls.certFile 同时给出；只能给其一',
  'tls.acme.names is given beside tls.certFile or tls.selfSigned; give one':
    'tls.acme.names 与 tls.certFile 或 tls.selfSigned 同时给出；只能给其一',
  'tls.clientAuthorities goes with tls.clientCertificates: optional; give both or none':
    'tls.clientAuthorities 与 tls.clientCertificates: optional 须一起使用；要么都给出，要么都不给出',
  'tls.clientCertificates needs HTTPS; give tls.certFile, tls.selfSigned or tls.acme.names':
    'tls.clientCertificates 需要 HTTPS；请给出 tls.certFile、tls.selfSigned 或 tls.acme.names',
  'audit.forwardAuthorization is for one http or https receiver in audit.forward; give exactly one':
    'audit.forwardAuthorization 只用于 audit.forward 中的一个 http 或 https 接收方；请恰好给出一个',
  'audit.forwardAuthorization is sent to no http receiver but on this host; make its address https':
    'audit.forwardAuthorization 不会发送给本机以外的 http 接收方；请把其地址改为 https',
  'store.accessKeyId and store.secretAccessKey go together; give both or none':
    'store.accessKeyId 与 store.secretAccessKey 须一起使用；要么都给出，要么都不给出',
  'passwords would be sent in the clear: use ldaps:// or startTls: true (allowPlain is for servers on this host)':
    '密码将以明文传输：请使用 ldaps:// 或 startTls: true（allowPlain 仅用于本机上的服务器）',
  'bindDn and bindPasswordFile go together; give both or none': 'bindDn 与 bindPasswordFile 须一起使用；要么都给出，要么都不给出',
  'groupFilter needs groupBase, and nestedGroups needs a groupFilter with {dn}':
    'groupFilter 需要 groupBase，nestedGroups 需要含 {dn} 的 groupFilter',
  'names of providers and directories must differ, also from password: by them people are known again':
    '身份提供方与目录的名称必须各不相同，也不能是 password：人员据此识别',
  'names of issuers must differ': '签发方的名称必须各不相同',
  'each issuer stands once; what its tokens are good for is said by trusts of robots':
    '每个签发方只能出现一次；其令牌可以做什么由机器人账号的信任规则决定',
  'server and tokenFile go together: give both, or neither (and no caFile) for the cluster that the registry runs in':
    'server 与 tokenFile 须一起使用：要么都给出；要么都不给出（也不给出 caFile），表示镜像仓库自身所在的集群',
  'a cluster that decides nothing (authorize: false) is asked about nobody: leave people out':
    '不作决定的集群（authorize: false）不会被询问任何人：请去掉 people',
  'names of clusters must differ': '集群的名称必须各不相同',
  'clusters of the same issuer need different audiences: a token for one would be shown to the other':
    '签发方相同的集群须使用不同的 audience：否则给其中一个的令牌也会出示给另一个',
  '{}: signIn.oidc and signIn.ldap have no {}; there is none': '{}：signIn.oidc 与 signIn.ldap 中没有 {}；两者都是空的',
  '{}: signIn.oidc and signIn.ldap have no {}; there are {}': '{}：signIn.oidc 与 signIn.ldap 中没有 {}；现有 {}',
  // Stores
  'accessKey and secretKey go together; give both or none': 'accessKey 与 secretKey 须一起使用；要么都给出，要么都不给出',
  '{}.type: proxy is not supported yet. Take the entry out; until then copy what you need (crane copy, skopeo copy), or run a pull-through cache beside this registry':
    '{}.type：尚不支持 proxy。请删去此项；目前可自行复制所需内容（crane copy、skopeo copy），或在此镜像仓库之外另行运行拉取缓存',
  "'{}' is the name of {}; choose another": "'{}' 已是 {} 的名称；请另取一个",
  'the store of the section `store`': '`store` 一节的存储',
  'the section `store`': '`store` 一节',
  "{} keeps its blobs where {} does; they would remove each other's: choose another place":
    '{} 与 {} 的 blob 位于同一处，会互相删除对方的内容：请换一个位置',
  "{}.projects: '{}' belongs to {} already": "{}.projects：'{}' 已属于 {}",
  '{} has the same variables as {}; choose another name': '{} 与 {} 的环境变量同名；请另取一个名称',
};
