/** What is about to be lost, by what it is called in English. */
export const lossesInChinese: Readonly<Record<string, string>> = {
  'The repository with every tag and image in it': '该仓库及其全部标签和镜像',
  'The robot: what uses its secret is logged out': '该机器人账号（使用其密钥的登录将失效）',
  'The trust: pipelines that use it are refused': '该信任（使用它的流水线将被拒绝）',
  'The webhook with its log of deliveries': '该 Webhook 及其投递记录',
  'Tags that nobody has pushed or pulled for so long, and the images that nothing holds then':
    '这段时间内无人推送或拉取的标签，以及因此不再被引用的镜像',
  'The user with tokens, sessions and roles': '该用户及其令牌、会话和角色',
  'The tie to the account at the provider': '与外部身份的绑定',
  'The second factor and its recovery codes': '两步验证及其恢复代码',
  'The access token: what uses it is logged out': '该访问令牌（使用它的登录将失效）',
  'The group with the roles that it gives': '该用户组及其赋予的角色',
  'The role that it gives': '由此赋予的角色',
  'The role': '该角色',
  'The project with its members, robots and rules, and with --force every image in it':
    '该项目及其成员、机器人账号和规则；加 --force 时还包括其中全部镜像',
  'The retention policy of the project': '该项目的保留策略',
  'The rule over tags': '该标签规则',
  'Content that nothing refers to any more, after its time of grace,': '不再被引用且已过宽限期的内容',
  'The tag {} of {}': '{1} 的标签 {0}',
  'The image {} of {}, with every tag that points at it,': '{1} 的镜像 {0} 及所有指向它的标签',
};
