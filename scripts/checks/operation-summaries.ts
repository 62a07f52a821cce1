/** What an operation does, in Chinese by its English summary, where the command that reaches it has a summary of its own. */
export const summariesInChinese: Readonly<Record<string, string>> = {
  'Removes what nobody has pushed or pulled for some days, of a store, a project or a repository':
    '清理某个存储、项目或仓库中若干天内无人推送或拉取的内容',
  'Compare what two images unpack to, how they are configured and what is installed; needs pull on both repositories':
    '对比两个镜像的文件、配置和软件包；需要两个仓库的 pull 权限',
  'Paths that differ, in the order of their bytes': '列出有差异的路径，按字节排序',
  'How the text of a file that differs does, as a unified diff; reads the layers that have it':
    '以 unified diff 给出某个有差异文件的文本差异；会读取包含它的层',
  'Begins to count what a garbage collection would remove; the job names the first hundred, and removes nothing':
    '统计垃圾回收将清理的内容；任务中列出前一百项，不做任何更改',
  'Begins a garbage collection, unless one that was asked for waits or runs already': '启动垃圾回收；已有排队或运行中的则不再启动',
  'Who you are': '查看当前身份',
  'This description': '本 API 的描述',
  'Who did what in a project, newest first': '项目的审计日志，最新的在前',
  'Removes what nobody has pushed or pulled for some days, of the project or one of its repositories':
    '清理项目或其中一个仓库内若干天无人推送或拉取的内容',
  'The jobs of a project, the newest first; ended ones are kept for 30 days': '项目的任务，最新的在前；已结束的保留 30 天',
  'A job of a project, with how far it is': '查看项目的一个任务及其进度',
  'Who holds which role in a project, the oldest first': '项目的成员及其角色，最早的在前',
  'Give a user or a group a role in a project': '为用户或用户组赋予项目中的角色',
  'One role of somebody in a project': '查看项目成员的一个角色',
  'Take a role in a project away from somebody': '收回项目成员的角色',
  'Repositories of a project': '列出项目的仓库',
  'Runs the policy now, unless it runs already': '立即运行保留策略；已在运行则不再启动',
  'The robots of a project, by name, with last use and expiry': '按名称列出项目的机器人账号，附最近使用与到期时间',
  'Makes a robot of a project; the answer has its secret, this once': '创建项目的机器人账号；应答中含其密钥，只给出这一次',
  'A robot of a project': '查看项目的机器人账号',
  'Changes a robot of a project; permissions are replaced as a whole': '修改项目的机器人账号；权限整体替换',
  'Removes a robot of a project; its logins and tokens end at once': '删除项目的机器人账号；其登录与令牌立即失效',
  'Gives a robot of a project a new secret, shown this once; the one before stays good for a while':
    '为项目的机器人账号更换密钥，只显示这一次；旧密钥在一段时间内仍有效',
  'Whose tokens and certificates a robot of a project takes for itself, the oldest first; there are few':
    '列出项目的机器人账号接受谁的令牌与证书（信任规则），最早的在前；数量不多',
  'Tells which trusts of a robot of a project are true of claims, and tries a rule before it is stored':
    '检查给定声明符合项目机器人账号的哪些信任规则，也可试验尚未保存的规则',
  'Ends a trust of a robot of a project, and the logins and tokens that came of it':
    '删除项目机器人账号的一条信任规则，由它而来的登录与令牌随之失效',
  'Roles that a project has made for itself': '列出项目的自定义角色',
  'Make a role of a project, of actions that you may do there yourself': '创建项目的自定义角色；只能包含您自己在该项目中拥有的操作',
  'A role of a project': '查看项目的自定义角色',
  'Remove a role of a project that nobody holds': '删除无人持有的项目自定义角色',
  'The webhooks of a project': '列出项目的 Webhook',
  'Tell a receiver of events of a project': '创建项目的 Webhook，把事件告知接收端',
  'Promote an image with everything that belongs to it; needs pull on the source and promote on the target':
    '晋级镜像及属于它的一切；需要来源的 pull 与目标的 promote 权限',
  'An image with config, history and layers; an index with its platforms. It is no pull':
    '查看镜像的配置、构建历史与层；索引则列出其平台。不计入拉取',
  'What the deletion of a repository would take along': '查看删除仓库会一并删除什么',
  'One manifest, with its tags, references and referrers': '查看清单及其标签、引用与关联制品',
  'Deletes a manifest with its tags; not while an index lists it': '删除清单及其标签；被索引引用时不允许',
  'What a manifest says, as it was pushed': '清单原文，与推送时一致',
  'Tags of a repository': '列出仓库的标签',
  'Deletes a tag; what it points at stays': '删除标签；其指向的内容保留',
  'Point a tag at a digest of its history': '将标签恢复为历史中的某个摘要',
};
