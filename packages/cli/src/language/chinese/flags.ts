/** What flags mean, by what it is called in English. */
export const flagsInChinese: Readonly<Record<string, string>> = {
  'json, yaml, name, wide or table, which a terminal cuts; table unless said':
    'json、yaml、name、wide 或 table（在终端中按宽度截短）；默认 table',
  'The registry; otherwise that of LONGSHORE_SERVER, otherwise that of the last login':
    '目标镜像仓库；默认取 LONGSHORE_SERVER，其次是最近登录的镜像仓库',
  'Name of the repository, project, user... it is about.': '涉及的仓库、项目、用户等的名称。',
  'Inclusive.': '起始时间（含）。',
  'Exclusive.': '结束时间（不含）。',
  'Write to this file, which appears when it is whole; otherwise to standard output': '写入该文件，完整后才出现；默认输出到标准输出',
  'Of this project; otherwise of the whole registry': '针对该项目；默认针对整个镜像仓库',
  'Entries at most; all unless said': '最多多少条；默认全部',
  'Only manifests that nothing holds.': '只处理不被引用的清单。',
  'Only tells what would go.': '只显示将被清理的内容。',
  'The body of the request as YAML or JSON; - is standard input. Flags come before it':
    '以 YAML 或 JSON 文件作为请求内容；- 表示标准输入。参数优先于文件',
  'Follow the jobs that this starts to their end': '等待由此启动的任务结束',
  'Do not ask; needed where nobody can be asked': '不再询问；无人可问时必需',
  'A PEM file with authorities to trust besides those of this machine': '除本机已信任的之外，额外信任的 CA（PEM 文件）',
  'Only count what would be removed; the job names the first hundred': '只统计将被清理的内容；任务中列出前一百项',
  'Only logins by this provider lead into the group. Without: made by hand, and joined by hand alone.':
    '只有经该提供方登录的用户才会加入此组。不指定则手动创建、手动加入。',
  'The order of the list; a minus means descending.': '排序方式；加负号表示降序。',
  'Of this platform, such as linux/arm64': '指定平台，如 linux/arm64',
  'A directory; the root when it is left out.': '目录；省略时为根目录。',
  'Only those of this artifact type.': '只列出该制品类型。',
  'Only those of this media type; not together with artifactType.': '只列出该媒体类型；不能与制品类型同时使用。',
  'Only find out what would happen, and what stands against it': '只演练：显示会发生什么以及有哪些阻碍',
  'Who logs in; asked for at a terminal': '登录用户名；在终端中会询问',
  'Read the password, or an access token, from standard input': '从标准输入读取密码或访问令牌',
  'Read an access token or the secret of a robot from standard input; its owner needs no --username':
    '从标准输入读取访问令牌或机器人账号的密钥；无需 --username',
  'Be let in by somebody with a browser, here or elsewhere': '通过浏览器授权登录（可在另一台设备上）',
  'The repositories below the project: ** for all, a/b for one, a/** for those below it, a* for those that begin so.':
    '项目下的仓库：** 为全部，a/b 为单个，a/** 为其下全部，a* 为以此开头的。',
  'Only if it is still of this version': '仅当版本（ETag）未变时才执行',
  'Who may read without a role: anybody, any user, nobody.': '无需角色即可读取的范围：任何人、任何用户、无人。',
  'Content goes so long after its push.': '推送后经过这么久自动清除。',
  'Addresses and CIDR ranges that requests may come from; none: all.': '允许的来源地址与 CIDR 网段；留空表示全部允许。',
  'Those that they may not come from, allowed or not.': '禁止的来源地址与网段，优先于允许列表。',
  'How the name begins.': '名称前缀。',
  'Also when there is content.': '即使有内容也执行。',
  'Only from a project whose `promotesTo` is this one.': '只接受晋级链上前一个项目的镜像。',
  'How long the tag has pointed at the image in its source; of a promotion by digest, how long the image has been there.':
    '标签在来源处指向该镜像的最短时间；按摘要晋级时为镜像存在的时间。',
  'artifactTypes of which there must be a referrer. That it is there is looked at, not what it says nor who signed it.':
    '必须存在的关联制品类型。只检查是否存在，不检查内容与签名者。',
  'One of which the promoter must have on the target, besides the right to promote. With none listed, every such promoter may. Administrators need none.':
    '除晋级权限外，晋级者在目标上须持有其中之一。留空则不限；管理员不受限。',
  'Only projects that use this share, in percent, of their bytes or tags.': '只列出容量或标签用量达到该百分比的项目。',
  'Bytes of blobs, each once, and of the manifests of each repository; null: no limit.':
    '容量上限：blob 去重计，另计各仓库的清单；null 表示不限。',
  'Tags; null: no limit.': '标签数上限；null 表示不限。',
  'Bytes served on one day; null: no limit.': '每日流量上限；null 表示不限。',
  'Only names that begin so': '只列出以此开头的名称',
  'A tag stays if any of them keeps it; a repository that none names keeps everything.': '任一规则保留即保留；未被规则涉及的仓库保留全部。',
  'After how long manifests go that nothing holds; absent: as gc.untagged says.': '无引用的清单多久后清除；缺省按 gc.untagged。',
  'Whether a run may remove every tag of the project. Usually it may not.': '是否允许一次执行清除项目的全部标签；默认不允许。',
  'A cron expression of five fields in local time, or `off`; every night unless it is said.':
    '五段式 cron 表达式（本地时间），或 off；默认每晚执行。',
  "A role, on all repositories of --project or on those of the pattern: reader:'web/**'":
    "角色，作用于 --project 的全部或符合模式的仓库：reader:'web/**'",
  'When it ends: an instant, or `never`. Without: 90 days from now. A duration such as 90d counts from now.':
    '到期时间：时刻或 never；默认 90 天后。也可写时长，如 90d。',
  'Disabling ends every login and token at once.': '停用后其登录与令牌立即失效。',
  'When it ends: an instant, or `never`, which must be said. A duration such as 90d counts from now.':
    '到期时间：时刻或 never（必须明确指定）。也可写时长，如 90d。',
  'How long the secret before stays good beside the new one; 0 ends it, and its tokens, at once.':
    '旧密钥与新密钥并存的时长；0 表示旧密钥及其令牌立即失效。',
  'What it allows where it is bound.': '该角色允许的操作。',
  'Below the project: `**`, `a/b`, `a/**` or `a*`.': '项目下的仓库：**、a/b、a/** 或 a*。',
  'For protected tags, by name; administrators need none.': '可变更受保护标签的角色名；管理员不受限。',
  'Names of tags; `*` stands for any characters, `?` for one.': '标签名；* 匹配任意字符，? 匹配一个字符。',
  'immutable: created once, never moved nor deleted, by nobody. protected: only holders of the roles change it.':
    'immutable：创建后任何人都不能移动或删除。protected：仅指定角色可变更。',
  'Only these, page by page. Without: the first `limit` of each kind.': '只搜索该类并逐页列出。不指定则每类各列前若干条。',
  'name, -updatedAt and others, where the registry is a Longshore': 'name、-updatedAt 等；仅限 Longshore 镜像仓库',
  'Without it the token is good until it is deleted.': '有效期；不指定则在删除前一直有效。',
  'What the token says (its middle part, decoded), or the certificate.': '令牌的声明（中间部分解码后）或证书。',
  'A rule that is not stored, to be tried too.': '一并试验的未保存规则。',
  'The types to hear of; empty: all.': '订阅的事件类型；留空为全部。',
  'A glob over repository names; ** for everything, also what is of no repository.': '仓库名的通配模式；** 为全部，包括与仓库无关的事件。',
  'A glob over tags; * for everything, also what is of no tag.': '标签的通配模式；* 为全部，包括与标签无关的事件。',
  'Signs every request. Behind `whsec_` the bytes of the key in base64; 24 at least; otherwise its text. Never shown again.':
    '用于对每个请求签名。whsec_ 之后为 base64 编码的密钥（至少 24 字节），否则按文本使用。之后不再显示。',
  'Sent along. Values are never shown again.': '随请求发送的标头。值之后不再显示。',
  'Shows this text': '显示本帮助',
  'Takes --{} away': '清除 --{}',
  'Turns --{} off': '关闭 --{}',
  // image diff
  'Of TO the image of this platform; otherwise as --platform says': 'TO 的平台；默认同 --platform',
  'List the files that differ': '列出有差异的文件',
  'With --files: only these': '与 --files 连用：只列出这类差异',
  'With --files: only paths that begin so; etc/ is what is below etc': '与 --files 连用：只列出以此开头的路径；etc/ 表示 etc 目录之下',
  'Show how the text of this file differs, as a patch': '以补丁形式显示该文件的文本差异',
  // deploy
  'manifests (unless said) for kubectl apply; kustomization.yaml, to lie beside them in workload.yaml; values of a Helm chart':
    'manifests（默认），供 kubectl apply；kustomization.yaml，与保存为 workload.yaml 的清单放在一起；或 Helm chart 的 values',
  'Deployment (unless said), StatefulSet or CronJob': 'Deployment（默认）、StatefulSet 或 CronJob',
  'Of the workload; otherwise the last part of the repository': '工作负载的名称；默认取仓库名的最后一段',
  'Otherwise the one that is current where it is applied': '命名空间；默认为应用时的当前命名空间',
  'Pods at a time; 1 unless said': 'Pod 副本数；默认 1',
  'A port of the container, and of the Service that leads to it; otherwise those that the image exposes':
    '容器端口，同时用于 Service；默认取镜像声明的端口',
  'ClusterIP (unless said), NodePort, LoadBalancer or none': 'ClusterIP（默认）、NodePort、LoadBalancer 或 none',
  'A variable; secrets do not belong here': '环境变量；不要在此填写密钥',
  'A variable from the key of a Secret': '取自 Secret 某个键的环境变量',
  'An argument instead of those of the image': '容器参数，替换镜像自带的参数',
  '100m unless said': '默认 100m',
  'None unless said': '默认不设置',
  '128Mi unless said': '默认 128Mi',
  '256Mi unless said': '默认 256Mi',
  'The Secret with credentials for the registry': '保存镜像仓库凭据的 Secret（拉取密钥）',
  'A directory that outlives its pod; otherwise those that the image names, 1Gi each': '持久化目录；默认取镜像声明的卷，每个 1Gi',
  "http, tcp, command (the image's own HEALTHCHECK, unless said where there is one) or none":
    '探针类型：http、tcp、command（镜像自带的 HEALTHCHECK，有则默认）或 none',
  'Where an HTTP probe asks; / unless said': 'HTTP 探针的路径；默认 /',
  "Run as this user instead of the image's own": '以该用户运行，而不用镜像中的用户',
  'Nothing may write to the root file system': '根文件系统只读',
  "Of a CronJob; '0 3 * * *' unless said": "CronJob 的时间表；默认 '0 3 * * *'",
  "Of a CronJob's schedule, such as Asia/Shanghai": 'CronJob 时间表的时区，如 Asia/Shanghai',
  'Of a CronJob: Forbid (unless said), Allow or Replace': 'CronJob 的并发策略：Forbid（默认）、Allow 或 Replace',
  'The name by which the nodes of the cluster reach the registry; otherwise the one that is used here':
    '集群节点访问镜像仓库所用的地址；默认与此处相同',
  'With everything that refers to it, also by the tags of cosign: signatures, SBOMs, attestations':
    '连同所有引用它的制品，包括 cosign 标签所附的：签名、SBOM、证明',
};
