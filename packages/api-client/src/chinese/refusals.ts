import type { Phrases } from './phrasebook.ts';

/** Why the management API refuses a request, and what to do. */
export const refusalsInChinese: Phrases = {
  'You may not {} here: {}.': '您不能在此执行 {}：{}。',
  'The bytes of {} blobs are missing from the store: push {} and the others again.': '存储中缺少 {} 个 blob 的内容：请重新推送 {} 等。',
  'The image was deleted while it was promoted: look whether it is still there, and promote again.':
    '晋级期间镜像已被删除：请确认它仍然存在，然后重新晋级。',
  'This promotion has been undone already.': '此晋级已被撤销。',
  'This promotion changed no tag: it only linked what had come to the source since.':
    '此晋级没有改动标签，只是链接了来源中后来新增的内容。',
  'The tag points at {} now: undo what came later first, or restore the tag to a digest of its history.':
    '标签现在指向 {}：请先撤销之后的变更，或把标签恢复到其历史中的某个摘要。',
  'What the tag pointed at before, {}, was deleted: push or promote it again.': '标签此前指向的 {} 已被删除：请重新推送或晋级。',
  'The tag has never pointed at this digest: its history says at which it has.': '标签从未指向过此摘要：请从标签历史中选择。',
  'That manifest was deleted since: push it again.': '该清单已被删除：请重新推送。',
  'The target asks for what is not so: {}.': '目标项目的要求未满足：{}。',
  'chain ({})': '晋级链（{}）',
  'minimum-age ({})': '最短时间（{}）',
  'referrers ({})': '关联制品（{}）',
  'role ({})': '角色（{}）',
  '{}: it has not': '{}，现在不是',
  '{}: it has': '{}，现在即是',
  "the project of the source must have promotesTo '{}'": '来源项目的下一个项目须为“{}”',
  'the image must have been there for {} min: it has for {} min': '镜像须已存在 {} 分钟，现在是 {} 分钟',
  'there are referrers of {}': '已有 {} 类型的关联制品',
  'there is no referrer of {}': '缺少 {} 类型的关联制品',
  'the promoter must be {} of the target: is {}': '执行晋级者须是目标项目的 {}，现在是 {}',
  'What refers to the image is stacked more than {} high: promote a part of it by its digest.':
    '引用此镜像的内容嵌套超过 {} 层：请按摘要晋级其中一部分。',
  'One promotion takes at most {} {}, and this image has more: promote its parts by their digests.':
    '一次晋级最多包含 {} 个{}，此镜像超出上限：请按摘要分别晋级各部分。',
  'One promotion takes at most {} manifests, and this image has more: promote its parts by their digests.':
    '一次晋级最多包含 {} 个清单，此镜像超出上限：请按摘要分别晋级各部分。',
  'One promotion takes at most {} blobs, and this image has more: promote its parts by their digests.':
    '一次晋级最多包含 {} 个 blob，此镜像超出上限：请按摘要分别晋级各部分。',
  'A project has at most {} tag rules: delete one, or widen a pattern.': '一个项目最多有 {} 条标签规则：请删除一条，或放宽某条的匹配范围。',
  'The role {} may administer, which no robot may: give it another one, such as maintainer.':
    '角色 {} 具有管理权限，机器人账号不能拥有：请改用其他角色，例如 maintainer。',
  'You may not {} on {} yourself: leave {} to somebody who may, or choose a smaller role.':
    '您自己也不能在 {1} 上执行 {0}：请让有权限的人授予 {2}，或选择权限更小的角色。',
  'There is a robot {} already: rotate its secret, or choose another name.': '已有机器人账号 {}：请轮换其密钥，或换一个名称。',
  'A robot of {} has permissions there alone: make a robot of the registry for more.':
    '{} 的机器人账号只能拥有该项目内的权限：如需更多，请创建整个镜像仓库的机器人账号。',
  "This instant is past: name a later one, or 'never'.": '此时间已过：请指定更晚的时间，或 never。',
  'There is no such role: name a built-in one, one of the project, or one of the registry.':
    '没有此角色：请指定内置角色、项目角色或镜像仓库的角色。',
  'There is no such project: create it first.': '没有此项目：请先创建。',
  'A pattern is ** for all, a/b for one path, a/** for those below it, or a* for those that begin so; for every project it is **.':
    '范围的写法：** 为全部，a/b 为单个路径，a/** 为其下全部，a* 为以此开头；针对所有项目时只能是 **。',
  'A robot has at most {} trusts: delete one, or make another robot.': '一个机器人账号最多有 {} 条信任规则：请删除一条，或另建机器人账号。',
  'A token with so many claims, or so deep ones, is not taken.': '令牌的声明过多或嵌套过深，不予接受。',
  'none is configured': '一个也没有配置',
  'there are {}': '已配置的有 {}',
  "There is no issuer '{}' in the settings: {}. Ask whoever runs the registry to add it.":
    '设置中没有签发方“{}”：{}。请让镜像仓库的管理者添加。',
  'A rule over certificates is about those of everybody: ask an administrator of the registry to make this trust.':
    '针对证书的规则会涉及所有人的证书：请让镜像仓库管理员创建此信任规则。',
  'A registry token is good for /v2/ only: use a password or an access token.': '镜像仓库令牌只能用于 /v2/：请使用密码或访问令牌。',
  'This must come from a page of this registry, with the csrfToken of GET /api/v1/me in the header X-CSRF-Token.':
    '此请求必须来自本镜像仓库的页面，并在请求头 X-CSRF-Token 中带上 GET /api/v1/me 返回的 csrfToken。',
  'Set up a second factor first, at /auth/second-factor/set-up.': '请先在 /auth/second-factor/set-up 设置双重验证。',
  'User name, password or token are wrong.': '用户名、密码或令牌错误。',
  'Too many failed logins: wait {} seconds before the next try.': '登录失败次数过多：请等待 {} 秒后再试。',
  'Log in first.': '请先登录。',
  'There is nothing of that name that you may see: check the name, or ask for a role.':
    '没有您可以查看的此名称的内容：请检查名称，或申请角色。',
  'The path of this request cannot be read: see to its percent-encoding and its length.': '无法读取请求路径：请检查其百分号编码和长度。',
  'There is no such address: /api/v1/openapi.json describes those that there are.': '没有此地址：/api/v1/openapi.json 描述了全部地址。',
  'Here works: {}.': '此处支持：{}。',
  'Send the body as JSON, with Content-Type: application/json.': '请以 JSON 发送请求体，并带上 Content-Type: application/json。',
  'A body may have at most {} bytes here.': '此处的请求体最多 {} 字节。',
  'A page of another origin than {} may change nothing here: what is no browser leaves Origin out.':
    '来自 {} 以外的页面不能在此做任何更改：非浏览器客户端不要发送 Origin。',
  'Say by If-Match which version is to be changed: the ETag of what you have read.':
    '请用 If-Match 指明要更改的版本，即所读取内容的 ETag。',
  'The request is malformed.': '请求格式有误。',
  'The registry cannot write to its storage: ask its administrator to look at the log.': '镜像仓库无法写入其存储：请让管理员查看日志。',
  'The registry cannot reach its database or its store at the moment: repeat the request in some seconds.':
    '镜像仓库暂时无法连接其数据库或存储：请几秒后重试。',
  'The registry is out of disk space: ask its administrator to free some.': '镜像仓库的磁盘空间已用尽：请让管理员清理。',
  'Something went wrong inside the registry: its log says what, under the id of this request.':
    '镜像仓库内部出错：日志中以此请求的编号记录了原因。',
  'A user name has lower-case letters and digits, with single . _ or - between them, up to 64 characters.':
    '用户名由小写字母和数字组成，之间可有单个 . _ 或 -，最多 64 个字符。',
  'There already is a user {}.': '已有用户 {}。',
  'There is no user {}.': '没有用户 {}。',
  'A token needs a name of at most 100 printable characters.': '令牌需要名称，最多 100 个可打印字符。',
  'A token must be good for some time.': '令牌必须有一定的有效期。',
  'Line {}, column {}: {}.': '第 {} 行第 {} 列：{}。',
  'A password needs at least {} characters.': '密码至少需要 {} 个字符。',
  'A password has at most {} characters.': '密码最多 {} 个字符。',
  'A password cannot contain control characters.': '密码不能包含控制字符。',
  "A password cannot begin with 'lsp_' or 'lsr_', as access tokens and secrets of robots do.":
    '密码不能以 lsp_ 或 lsr_ 开头，它们用于访问令牌和机器人账号的密钥。',
  'This cursor is of another list: begin again without one, or keep sort and filters.':
    '此游标属于另一个列表：请不带游标重新开始，或保持排序和筛选不变。',
  'This is no cursor of this list: take `next` of a page as it is.': '此列表没有这样的游标：请原样使用页面中的 next。',
  'There is no {} that you may see: check the name, or ask for a role.': '没有您可以查看的{}：请检查名称，或申请角色。',
  'It has another version now: read it again, and repeat the change on what it is now.':
    '内容已有新版本：请重新读取，在最新内容上再做更改。',
  '{} allows what you may not do there yourself: leave it to somebody who may, or choose another role.':
    '{} 包含您自己在该处没有的权限：请让有权限的人操作，或选择其他角色。',
  'Nobody would administer the project any more: make somebody else its owner first, or ask an administrator of the registry.':
    '这样项目将没有任何管理者：请先让其他人成为所有者，或联系镜像仓库管理员。',
  'A token acts as its user, who alone may make one.': '访问令牌以其用户的身份操作，只能由本人创建。',
  'There is a group {} already: take another name.': '已有用户组 {}：请换一个名称。',
  'There is a group of this provider and external name already, under another name: use that one.':
    '已有对应此提供方和外部名称的用户组，名称不同：请使用那一个。',
  'Nobody else administers the project {}: give it another owner first, or delete it.':
    '没有其他人管理项目 {}：请先为它指定其他所有者，或删除该项目。',
  'A role of the group {}': '用户组 {} 的角色',
  'Only logins lead into the group {}, and each of them would undo this: take a group made by hand.':
    '用户组 {} 的成员只由登录决定，下次登录会撤销此更改：请使用手动创建的用户组。',
  'Deletion is switched off in this registry: its administrator sets deletion.enabled.':
    '此镜像仓库已关闭删除功能：由管理员设置 deletion.enabled。',
  'The job has ended: there is nothing to cancel.': '任务已结束，无需取消。',
  'Only a job that failed or was cancelled can be tried again.': '只有失败或已取消的任务可以重试。',
  'Filter by artifactType or by mediaType: leave one of the two out.': '请按 artifactType 或 mediaType 之一筛选，不能同时使用。',
  'There is {} on these repositories for the same one already: nothing to change.': '对方在这些仓库上已有角色 {}：无需更改。',
  'There is nobody of that kind and name: make the user or group first.': '没有此类型和名称的用户或用户组：请先创建。',
  'A role in the whole registry is on all repositories: leave the pattern out, or add the member in projects.':
    '镜像仓库级的角色对所有仓库有效：请不要填写范围，或在项目中添加成员。',
  'A pattern is ** for all, a/b for one path, a/** for those below it, or a* for those that begin so.':
    '范围的写法：** 为全部，a/b 为单个路径，a/** 为其下全部，a* 为以此开头。',
  'You may not create the project {}: ask an administrator for it.': '您不能创建项目 {}：请联系管理员。',
  'There is a project {} already: take another name.': '已有项目 {}：请换一个名称。',
  'The project has {} repositories with {} tags and {} bytes, which cannot be brought back: say force=true to lose them.':
    '项目中有 {} 个仓库、{} 个标签，共 {} 字节，删除后无法恢复：确认要删除请指定 force=true。',
  'Your own address {} would be kept out, and only an administrator could mend that: leave it in allowedAddresses.':
    '您自己的地址 {} 会被拒之门外，之后只有管理员能够修复：请把它保留在 allowedAddresses 中。',
  'promotesTo must name another project that you may see, whose own chain does not lead back here.':
    'promotesTo 必须是您可以查看的另一个项目，且其晋级链不会绕回此项目。',
  '{} is built in and stays as it is: make a role of another name.': '{} 是内置角色，不能更改：请另建一个角色。',
  'Somebody holds {}: give members and robots that have it another role first.': '仍有人持有 {}：请先为相关成员和机器人账号更换角色。',
  'There is a role {} already, here or in the registry: take another name.': '此项目或镜像仓库中已有角色 {}：请换一个名称。',
  'Only a search for one kind goes on: name the kind, and begin without a cursor.':
    '只有限定单一类别的搜索才能翻页：请指定类别，并不带游标重新开始。',
  'There is a second factor already: remove it first.': '已设置双重验证：请先移除。',
  'This is not the code of now: see to the clock of your phone, and try the next one.':
    '验证码不正确：请检查手机时间，并输入下一个验证码。',
  'Too many wrong codes: wait {} seconds before the next try.': '验证码错误次数过多：请等待 {} 秒后再试。',
  'A second factor is set up by its user alone.': '双重验证只能由本人设置。',
  'prefix goes with sort=name only: leave one of the two out.': 'prefix 只能与 sort=name 一起使用：请去掉其中一个。',
  'This needs a sign-in of the last ten minutes: sign in again at /auth/sign-in?again=1, then repeat this.':
    '此操作需要最近十分钟内登录过：请在 /auth/sign-in?again=1 重新登录，然后重试。',
  'A token makes no further credentials: repeat this with your name and password.': '令牌不能用来创建其他凭据：请使用用户名和密码重试。',
  'Your password is not kept here: change it where you sign in.': '您的密码不在此处保存：请在登录所用的系统中修改。',
  'Only an administrator makes administrators or changes their accounts: ask one.': '只有管理员可以设置管理员或更改其账号：请联系管理员。',
  'With the password of another you could do what you may not: ask an administrator to set it.':
    '掌握他人的密码会让您获得本没有的权限：请让管理员设置。',
  'Nobody changes or removes their own standing: ask another administrator.': '任何人都不能更改或移除自己的身份：请让其他管理员操作。',
  "The store '{}' is not configured: add it back to the configuration, content lives on it.":
    '未配置存储“{}”：其中仍有内容，请把它加回配置。',
  'The stored bytes of {} are not those of its digest ({}): push it again.': '已存储的 {} 的内容与其摘要不符（{}）：请重新推送。',
  "the rule {} of the project ('{}' in '{}')": '项目的规则 {}（“{2}”中的“{1}”）',
  "The tag '{}' cannot be moved or deleted: {} makes it immutable. Push another tag, or have the rule changed.":
    '标签“{}”不能移动或删除：{}使其不可变。请推送其他标签，或请人修改规则。',
  "The tag '{}' is protected by {}: only {} and administrators may create, move or delete it. Push another tag, or ask one of them.":
    '标签“{}”受{}保护：只有 {} 和管理员可以创建、移动或删除它。请推送其他标签，或请其操作。',
  'The password of this account is good only together with its second factor: sign in at /auth/sign-in, make an access token, and use that.':
    '此账号的密码须配合双重验证使用：请在 /auth/sign-in 登录，创建访问令牌，并使用该令牌。',
  'Project {} may serve {} a day: it has served {} today, and this needs {}. Pull again after midnight UTC, in {}, or ask an administrator for a larger quota.':
    '项目 {} 每天可供拉取 {}：今天已用 {}，此次还需 {}。请在 UTC 零点之后（{} 后）再拉取，或请管理员提高配额。',
  ' and {} in unfinished uploads': '，未完成的上传占用 {}',
  'The quota of project {} is {}: it stores {}{}, and this needs {} more. Delete images and have garbage collected, or ask an administrator for a larger quota.':
    '项目 {} 的配额为 {}：已存储 {}{}，此次还需 {}。请删除镜像并回收垃圾，或请管理员提高配额。',
  'The quota of project {} is {} tags: it has {}, and this needs {} more. Delete tags that nobody uses, or ask an administrator for a larger quota.':
    '项目 {} 的配额为 {} 个标签：已有 {} 个，此次还需 {} 个。请删除不用的标签，或请管理员提高配额。',
};
