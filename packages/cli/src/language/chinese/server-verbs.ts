/** What the server's own verbs say at a terminal, by its English; `{}` stands for a part that varies. */
export const serverVerbsInChinese: Readonly<Record<string, string>> = {
  "longshore: there is no command '{}'. Commands: {}.": "longshore: 没有命令 '{}'。可用的命令：{}。",
  "longshore {}: {} See 'longshore {} --help'.": "longshore {}: {}见 'longshore {} --help'。",
  // The words of a command line
  'A verb is missing.': '缺少动词。',
  'There is no flag {}.': '没有参数 {}。',
  '{} takes no value.': '{} 不带值。',
  '{} needs a value.': '{} 需要一个值。',
  "There is no verb '{}'.": "没有动词 '{}'。",
  "'{}' takes {}; missing: {}.": "'{}' 需要 {}；缺少：{}。",
  "'{}' takes {}; too much: {}.": "'{}' 需要 {}；多余：{}。",
  "'{}' takes nothing; too much: {}.": "'{}' 不带参数；多余：{}。",
  "'{}' is not a duration: write 90d, 12h or 30m.": "'{}' 不是时长：请写成 90d、12h 或 30m。",
  "The only verb is 'reset-password'.": "只有一个动词：'reset-password'。",
  "There is no registry in '{}': name its directory with --data.": "'{}' 中没有镜像仓库的数据：请用 --data 指定其目录。",
  'The password file cannot be read: {}': '无法读取密码文件：{}',
  // Start
  "The administrator is 'admin' with the password {} (shown only now; 'longshore admin reset-password' makes a new one).":
    "管理员账号为 'admin'，密码为 {}（仅显示这一次；可用 'longshore admin reset-password' 重新生成）。",
  'Log in and push a first image:': '登录并推送第一个镜像：',
  "Clients must trust this registry's own certificate authority: 'longshore ca --help' says how.":
    "客户端必须信任此镜像仓库自有的 CA：做法见 'longshore ca --help'。",
  'longshore is listening on {}': 'longshore 正在监听 {}',
  '{} is in use by another program: stop it, or choose another with --listen HOST:PORT.':
    '{} 已被其他程序占用：请停止该程序，或用 --listen HOST:PORT 换一个地址。',
  '{} may not be opened by this user: choose a port above 1023 with --listen HOST:PORT.':
    '当前用户无权监听 {}：请用 --listen HOST:PORT 选择大于 1023 的端口。',
  "There is no certificate authority in {}: 'longshore serve --tls-self-signed NAME' makes one.":
    "{} 中没有 CA：'longshore serve --tls-self-signed NAME' 会创建。",
  // Accounts and tokens
  '{}: the password is set': '{}：密码已设置',
  '{}: password {} (shown only now)': '{}：密码 {}（仅显示这一次）',
  "There is no user '{}': 'longshore user list' shows them.": "没有用户 '{}'：'longshore user list' 可列出所有用户。",
  'There is no user {}.': '没有用户 {}。',
  'There already is a user {}.': '已有用户 {}。',
  'A user name has lower-case letters and digits, with single . _ or - between them, up to 64 characters.':
    '用户名由小写字母和数字组成，其间可有单个 .、_ 或 -，最长 64 个字符。',
  'A password cannot contain control characters.': '密码不能包含控制字符。',
  "{} is the last administrator: add another with 'longshore user add NAME --admin' first.":
    "{} 是最后一个管理员：请先用 'longshore user add NAME --admin' 添加另一个。",
  "There is no project '{}': it begins with the first push to {}": "没有项目 '{}'：首次推送到 {} 时才会创建",
  "'{}' is not a role of project '{}': use {}, or a custom role of the project or the registry.":
    "项目 '{1}' 没有角色 '{0}'：请使用 {2}，或项目、镜像仓库的自定义角色。",
  'The token needs a name: --name ci': '令牌需要名称：--name ci',
  'A token must be good for some time.': '令牌的有效期必须大于零。',
  '{}  {}  expires {}  last used {}': '{}  {}  到期时间 {}  最近使用 {}',
  "{} has no token {}: 'longshore token list {}' shows them.": "{} 没有令牌 {}：'longshore token list {}' 可列出其令牌。",
  // gc, cleanup
  "gc takes no '{}': only --dry-run and settings.": "gc 不接受 '{}'：只有 --dry-run 和设置。",
  'would remove: {}': '将清理：{}',
  'removed: {}': '已清理：{}',
  '{} files could not be deleted; the next run tries again': '有 {} 个文件未能删除，下次会重试',
  'Interrupted: what was removed stays removed, the next run continues.': '已中断：已清理的内容不会恢复，下次运行会继续。',
  'Interrupted: what was removed stays removed, the same command goes on.': '已中断：已删除的内容不会恢复，再次执行同一命令会继续。',
  "cleanup takes no '{}': the name goes with --repo.": "cleanup 不接受 '{}'：名称请写在 --repo 后。",
  'Say what to clean up: --repo NAME.': '请指明要清理的对象：--repo NAME。',
  'Say how old: --days N.': '请指明天数：--days N。',
  "--days takes a number from 0 to 36500, not '{}'.": "--days 应为 0 到 36500 的数字，而不是 '{}'。",
  "There is no store, project or repository '{}'.": "没有名为 '{}' 的存储、项目或仓库。",
  "store '{}'": "存储 '{}'",
  "project '{}'": "项目 '{}'",
  'TAGS TO GO': '将删除的标签',
  BYTES: '字节',
  total: '合计',
  'There is no terminal to ask at: say --yes to remove this, or --dry-run to look.':
    '不在终端中，无法询问：加 --yes 直接删除，或加 --dry-run 只查看。',
  'Remove this? Type yes: ': '确定删除？输入 yes：',
  'nothing was removed': '未删除任何内容',
  'removed: {} tags, {} manifests; gc frees the bytes after gc.graceHours': '已删除 {} 个标签、{} 个清单；gc.graceHours 之后由 gc 释放空间',
  // store
  "--to and --dry-run go with 'store move'.": "--to 和 --dry-run 需要与 'store move' 一起使用。",
  'Say where to: store move {} --to STORE.': '请指明目标存储：store move {} --to STORE。',
  '{} (not configured)': '{}（未配置）',
  '  {}: {} bytes': '  {}：{} 字节',
  '  {}: {} bytes, moving from {}': '  {}：{} 字节，正在从 {} 迁出',
  "'{}' cannot be a project: it is the first component of a repository's name.": "'{}' 不能作为项目名：项目名是仓库名的第一段。",
  "The project '{}' has content: 'store move {} --to {}' takes it along.": "项目 '{}' 已有内容：请用 'store move {} --to {}' 一并迁移。",
  '{} lives on {}': '{} 位于存储 {}',
  '{} lives on {} already': '{} 已在存储 {} 中',
  "There is no store '{}' in the configuration. Stores: {}.": "配置中没有存储 '{}'。现有存储：{}。",
  'Interrupted: the project is served from both stores; the same command goes on.':
    '已中断：项目目前由两个存储共同提供；再次执行同一命令会继续。',
  '{} blobs, {} bytes; {} were there; the project has {} bytes': '{} 个 blob，{} 字节；已有 {} 个；项目共 {} 字节',
  'would copy {} blobs, {} bytes; {} were there': '将复制 {} 个 blob，{} 字节；已有 {} 个',
  'copied {} blobs, {} bytes; {} were there': '已复制 {} 个 blob，{} 字节；已有 {} 个',
  '{} blobs are on neither store: they were lost before, push them again': '{} 个 blob 不在任何一个存储中：此前已丢失，请重新推送',
  '{} lives on {}; gc removes what is left of it on {} after gc.graceHours':
    '{} 现位于存储 {}；{} 中剩余的内容在 gc.graceHours 之后由 gc 清理',
  '{} blobs could not be copied (see above): {} is served from both stores until the same command succeeds':
    '{} 个 blob 未能复制（见上）：在同一命令成功之前，{} 由两个存储共同提供',
  "The project '{}' is being moved by another process: wait until it has finished.": "项目 '{}' 正由另一个进程迁移：请等待其完成。",
  "There is no project '{}': 'longshore store ls' lists them, 'longshore store assign' makes one.":
    "没有项目 '{}'：'longshore store ls' 可列出项目，'longshore store assign' 可新建。",
  "The project '{}' is on its way from '{}' to '{}': finish that (--to {}) or go back (--to {}) first.":
    "项目 '{}' 正从 '{}' 迁往 '{}'：请先完成迁移（--to {}）或迁回（--to {}）。",
  "The project '{}' cannot move to '{}': start the server once with that store configured.":
    "项目 '{}' 不能迁移到 '{}'：请先在配置该存储后启动一次服务器。",
  // ldap
  '--password-file goes with --user.': '--password-file 需要与 --user 一起使用。',
  "There is no directory '{}' in signIn.ldap. Directories: {}.": "signIn.ldap 中没有目录 '{}'。现有目录：{}。",
};
