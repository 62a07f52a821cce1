/** The help of the server's own verbs, by its paragraphs and lines. */
export const serverHelpInChinese: Readonly<Record<string, string>> = {
  'Example:': '示例：',
  'longshore {} [settings]': 'longshore {} [设置]',
  'longshore {} VERB ... [settings]': 'longshore {} 动词 ... [设置]',
  'longshore {} VERB ...': 'longshore {} 动词 ...',
  // serve
  'Starts the registry. The first start makes an administrator and prints the password once.':
    '启动镜像仓库。首次启动会创建管理员账号，并显示一次密码。',
  'Settings (also in a YAML file, or as LONGSHORE_* variables):': '设置（也可写在 YAML 文件中，或用 LONGSHORE_* 环境变量给出）：',
  'YAML file with settings (also {})': '写有设置的 YAML 文件（也可用 {}）',
  ' (default: {})': '（默认：{}）',
  // config
  '  print   the configuration that applies, each value with its source; secrets are masked':
    '  print   显示生效的配置，每个值附来源；密钥已隐去',
  '  check   says nothing and ends with 0 when the configuration is right, else lists every problem':
    '  check   配置正确时不输出任何内容并以 0 结束，否则列出所有问题',
  // admin, migrate
  "Gives 'admin' a new random password and prints it once.": '为 admin 生成新的随机密码，并显示一次。',
  'Brings the database to the schema of this version and ends; serve does it too.':
    '把数据库升级到此版本的结构后结束；serve 也会自动升级。',
  // gc
  [`Removes what nothing needs any more: untagged manifests if gc.untagged is delete, blobs that no manifest
needs, uploads that stood still, stored files that the database does not know. Safe beside a running server.`]: `清理不再需要的内容：没有标签的清单（gc.untagged 为 delete 时）、没有清单引用的 blob、
停滞的上传、数据库中没有记录的文件。可在服务器运行时执行。`,
  '  --dry-run   list what would go and the bytes, and change nothing': '  --dry-run   只列出将清理的内容和大小，不做任何更改',
  // cleanup
  [`Removes the tags that were neither pushed nor pulled within the last N days, and the manifests that nothing holds
then. NAME is a store, a project or a repository; where it is several, the store comes before the project, and the
project before the repository. Never removed: what an index, a subject, another tag, a rule over tags or a
lease (a workload that runs) holds. Safe beside a running server; gc frees the bytes.`]: `删除最近 N 天内既未推送也未拉取的标签，以及此后不再被引用的清单。NAME 为存储、项目或仓库的名称；
重名时存储优先于项目，项目优先于仓库。以下内容不会被删除：被索引、subject、其他标签、
标签规则或租约（正在运行的工作负载）引用或保留的内容。可在服务器运行时执行；空间由 gc 释放。`,
  '  --repo NAME       what to clean up': '  --repo NAME       要清理的对象',
  '  --days N          how long nobody may have pushed or pulled it; fractions are allowed':
    '  --days N          多少天没有推送或拉取；可以是小数',
  '  --dry-run         only show what would go': '  --dry-run         只显示将删除的内容',
  '  --untagged-only   leave tags alone; only manifests that nothing holds go': '  --untagged-only   不动标签，只删除不再被引用的清单',
  '  --yes             do not ask': '  --yes             不再询问',
  'Ends with 0 when it is done or there was nothing to do, 1 when it failed or was declined, 2 for wrong usage.':
    '完成或无事可做时以 0 结束，失败或未确认时为 1，用法有误时为 2。',
  // store
  '  ls                                     every store with the projects that live on it':
    '  ls                                     列出每个存储及其中的项目',
  '  assign PROJECT STORE                   lets a project without content live on a store; makes a project that is new':
    '  assign PROJECT STORE                   为没有内容的项目指定存储；项目不存在时新建',
  '  move PROJECT --to STORE [--dry-run]    moves a project while it is pushed to and pulled from':
    '  move PROJECT --to STORE [--dry-run]    迁移项目，期间可照常推送和拉取',
  [`Stores are declared in the configuration file (mirrorRepositories); 'default' is that of the section store. The
project of 'team/app' is 'team'. A move copies every blob and checks its digest; from its first moment pushes go to
the new store, and what is not copied yet is read from the old one. Whatever interrupts it, the same command goes
on; --to the store that it came from turns it round. At the end the old copies are garbage, which gc removes.
Every replica must have both stores in its configuration before a move begins.`]: `存储在配置文件中声明（mirrorRepositories）；default 是 store 一节所配置的存储。team/app 所属的项目是 team。
迁移会复制每个 blob 并校验摘要；从开始迁移起，推送写入新存储，尚未复制的内容仍从旧存储读取。
无论因何中断，再次执行同一命令即可继续；把 --to 设为原来的存储即可迁回。完成后旧副本由 gc 清理。
开始迁移前，每个副本的配置中都必须有这两个存储。`,
  '  --dry-run   count what would be copied, and change nothing': '  --dry-run   只统计将复制的内容，不做任何更改',
  // user
  '  add NAME [--admin] [--password-file FILE]      a random password is printed once without a file':
    '  add NAME [--admin] [--password-file FILE]      未给出文件时生成随机密码并显示一次',
  "  passwd NAME [--password-file FILE]             ends the user's sessions; access tokens stay":
    '  passwd NAME [--password-file FILE]             结束该用户的会话；访问令牌仍有效',
  "  remove NAME                                    with the user's tokens and roles":
    '  remove NAME                                    连同该用户的令牌和角色一起删除',
  '  grant NAME PROJECT ROLE                        ROLE: {},': '  grant NAME PROJECT ROLE                        ROLE 为 {}，',
  '                                                 or the name of a custom role':
    '                                                 或自定义角色的名称',
  [`reader pulls; creator also pushes new tags; writer also moves tags; maintainer also deletes, promotes and sets the
project's rules; owner also rules members, robots and the project itself. The project of 'team/app' is 'team'. A user
may begin the project of the user's own name by pushing to it, and owns it then. A grant is for the whole project and
takes the place of an earlier one; roles for parts of a project are the business of the API.`]: `reader 可拉取；creator 还可推送新标签；writer 还可移动标签；maintainer 还可删除、晋级并设置项目的规则；
owner 还可管理成员、机器人账号和项目本身。team/app 所属的项目是 team。用户可通过推送新建与自己同名的项目，
并成为其 owner。授权针对整个项目，并取代先前的授权；针对项目一部分的角色请通过 API 设置。`,
  // token
  '  create USER --name NAME [--expires 90d]    prints the token once; use it as the password of a login':
    '  create USER --name NAME [--expires 90d]    令牌只显示一次；登录时作为密码使用',
  // ca
  "Prints the certificate of the registry's own authority (--tls-self-signed), which clients must trust. It holds no secret.":
    '显示镜像仓库自有 CA 的证书（--tls-self-signed），客户端必须信任它。其中不含密钥。',
  'Install it on each client, as root; HOST:PORT is how clients name the registry:':
    '在每个客户端上以 root 安装；HOST:PORT 为客户端访问镜像仓库所用的地址：',
  '  containerd   longshore ca print > /etc/containerd/certs.d/HOST:PORT/ca.crt, and in hosts.toml beside it:':
    '  containerd   longshore ca print > /etc/containerd/certs.d/HOST:PORT/ca.crt，并在同目录的 hosts.toml 中写入：',
  '  everything   longshore ca print > /usr/local/share/ca-certificates/longshore.crt && update-ca-certificates':
    '  所有程序     longshore ca print > /usr/local/share/ca-certificates/longshore.crt && update-ca-certificates',
  '               (Debian, Ubuntu; on Fedora and its relatives /etc/pki/ca-trust/source/anchors/ and update-ca-trust)':
    '               （Debian、Ubuntu；Fedora 系为 /etc/pki/ca-trust/source/anchors/ 和 update-ca-trust）',
  // ldap
  [`Tries the directory NAME of the settings (signIn.ldap) step by step, as a login would, and says what works: the
connection to each server, TLS, the login of bindDn; with --user whom userFilter finds and their groups, with
--password-file also their password. It needs no running server, and changes nothing.
Ends with 0 when every step works.`]: `像登录一样逐步检查设置中名为 NAME 的目录（signIn.ldap），并说明每一步是否正常：到各服务器的连接、TLS、
bindDn 的登录；加 --user 时还检查 userFilter 找到的人及其用户组，加 --password-file 时还检查其密码。
不需要服务器在运行，也不做任何更改。每一步都正常时以 0 结束。`,
};
