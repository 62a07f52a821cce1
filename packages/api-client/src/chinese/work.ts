import type { Phrases } from './phrasebook.ts';

/** What the work of the registry says: collections, retention, webhooks, jobs, warnings. */
export const workInChinese: Phrases = {
  'Another garbage collection is running: wait until it has finished.': '另一个垃圾回收正在进行：请等待其完成。',
  'Another garbage collection is running.': '另一个垃圾回收正在进行。',
  '{} manifests, {} blob links, {} blobs, {} uploads, {} orphan files; {} bytes':
    '{} 个清单、{} 个 blob 链接、{} 个 blob、{} 个上传、{} 个孤立文件；共 {} 字节',
  'Removed {}. {} files could not be deleted; the next run tries again.': '已清理 {}。有 {} 个文件未能删除，下次会重试。',
  'would remove {} {} {} bytes': '将清理 {} {}，{} 字节',
  "The store '{}' is not configured.": '未配置存储“{}”。',
  "The store '{}' cannot be reached: what lies on it can be neither pulled nor pushed. Look at its service and the network.":
    '无法连接存储“{}”：其中的内容既不能拉取也不能推送。请检查该服务和网络。',
  "Only {} % of the disk of the store '{}' is free: collect garbage, remove what is not needed, or make it larger.":
    '存储“{1}”的磁盘仅剩 {0}%：请回收垃圾、删除不需要的内容或扩容。',
  'The certificate is a temporary one that clients refuse: see the log for why there is no other.':
    '当前使用的是客户端会拒绝的临时证书：没有其他证书的原因见日志。',
  'The certificate ends soon, and clients refuse it then: put a new one in its place; the server finds it by itself.':
    '证书即将到期，到期后客户端将拒绝连接：请放置新证书，服务器会自动加载。',
  'Jobs failed in the last 24 hours: read their logs, and try them again.': '最近 24 小时内有任务失败：请查看日志并重试。',
  'The last garbage collection ended before its end: {}': '上一次垃圾回收中途结束：{}',
  'No garbage was collected at the last two times of gc.schedule: look for failures in the log, or collect it now.':
    '最近两次到 gc.schedule 规定的时间都没有回收垃圾：请在日志中查找失败原因，或立即回收。',
  '{} Mend its receiver, and enable the webhook again.': '{}请修复接收方，然后重新启用该 Webhook。',
  'Its receiver has failed every delivery for more than an hour: look at the delivery log.':
    '一个多小时以来接收方的每次投递都失败：请查看投递日志。',
  "The project '{}' has used {} % of a limit, beyond which pushes are refused: clean up, or raise the limit.":
    '项目“{}”已用去配额的 {}%，用尽后推送会被拒绝：请清理，或提高配额。',
  'a tag rule keeps it (immutable or protected)': '由标签规则保留（不可变或受保护）',
  'in use: a lease holds its content': '使用中：有租约持有其内容',
  'goes with {}': '随 {} 一起清理',
  ' (there is a {} of that name too: the {} goes first)': '（另有同名的 {}：以 {} 优先）',
  "'{}' matches no tag.": '“{}”不匹配任何标签。',
  'Write **, a/b, a/** or a*: each is one range of names.': '请写成 **、a/b、a/** 或 a*：每一项表示一段仓库名称范围。',
  'Write five fields of cron, or off.': '请填写五段式 cron 表达式，或 off。',
  'The policy cannot be as it is: see the faults.': '保留策略不符合要求：请见各项说明。',
  'There is nothing to do any more: the project or its policy is gone.': '没有需要执行的内容：项目或其保留策略已被删除。',
  'Another run of the project is under way.': '该项目正在执行另一次清理。',
  'There is a policy: read it, and name its ETag in If-Match.': '已有保留策略：请先读取它，并在 If-Match 中给出其 ETag。',
  'It would remove every tag of the project: change its rules, or set allowEmpty if that is what you want.':
    '此次清理会删除项目的全部标签：请修改规则；如果确实如此，请设置 allowEmpty。',
  'belongs to {}, and goes when that does': '属于 {}，随其一起清理',
  'no rule names this repository': '没有规则涉及此仓库',
  'no rule keeps it': '没有规则保留它',
  'a rule keeps everything that matches it': '有规则保留所有匹配的标签',
  'among the last {} pushed': '属于最近推送的 {} 个',
  'pushed within {} days': '在最近 {} 天内推送',
  'pulled within {} days': '在最近 {} 天内拉取',
  'among the highest {} versions of its {} version': '属于 {1} 版本中最高的 {0} 个',
  'The webhook is disabled: enable it first.': 'Webhook 已停用：请先启用。',
  'The receiver answered with a redirect, which is not followed: set its final address as the url.':
    '接收方返回了重定向，不会跟随：请把 url 设为最终地址。',
  'The receiver answered {}: it must answer 2xx.': '接收方返回 {}：必须返回 2xx。',
  'The receiver answered 410: it wants nothing more.': '接收方返回 410，表示不再接收。',
  'Every delivery has failed for {} days.': '连续 {} 天的投递全部失败。',
  'Its secret cannot be opened with the key of this installation: set secret and headers again.':
    '无法用此镜像仓库的密钥解开其中保存的内容：请重新设置 secret 和 headers。',
  'Behind whsec_ there must be 24 bytes or more in base64; a secret of another form begins otherwise.':
    'whsec_ 之后必须是至少 24 字节的 base64；其他形式的密钥不要以它开头。',
  'The header {} is set by the registry itself: choose another.': '请求头 {} 由镜像仓库自己设置：请换一个。',
  'The header {} is given twice.': '请求头 {} 重复。',
  'What was entrusted to one host is not sent to another: with the new address give again {}, or null.':
    '交给某一主机的密钥不会发送给另一主机：更换地址时请重新填写 {}，或设为 null。',
  'Its secrets cannot be opened with the key of this installation: remove this webhook, and make it again.':
    '无法用此镜像仓库的密钥解开其中保存的内容：请删除此 Webhook 并重新创建。',
  'There are {} webhooks, the most that may be: delete one.': '已有 {} 个 Webhook，达到上限：请删除一个。',
  'The job is somebody else’s now.': '任务已由其他进程接管。',
  'The job was cancelled.': '任务已取消。',
  'The process ends.': '进程正在结束。',
  'It was begun {} times, and its worker died each time.': '任务启动了 {} 次，执行进程每次都意外退出。',
  'Its process ended.': '执行进程已结束。',
  'The connection ended without an answer.': '连接在应答之前结束。',
  'The connection broke off before there was an answer{}.': '连接在应答之前中断{}。',
  'There was no answer within {} s.': '{} 秒内没有应答。',
  'The address must be an http or https URL.': '地址必须是 http 或 https URL。',
  'The address must hold no user and no password; give credentials as headers.': '地址中不能包含用户名和密码：请通过请求头提供凭据。',
  'Port {} may not be reached from here: an administrator can allow it (setting outgoing.ports).':
    '不能从此处访问端口 {}：管理员可以放行（设置 outgoing.ports）。',
  "'{}' is in a network that may not be reached from here: an administrator can allow it (setting outgoing.allow).":
    '“{}”所在的网络不能从此处访问：管理员可以放行（设置 outgoing.allow）。',
  'its addresses {} are not permitted': '其地址 {} 不被允许',
  'No connection was made within {} s.': '{} 秒内未能建立连接。',
  'The connection was closed before a request could be sent.': '连接在发送请求之前被关闭。',
  'The connection leads to another address.': '连接通向另一个地址。',
  'TLS failed ({}): the certificate must be of this host and of a known authority.':
    'TLS 失败（{}）：证书必须属于此主机，并由受信任的 CA 签发。',
  'No connection could be made{}.': '无法建立连接{}。',
  "The name '{}' has no address.": '名称“{}”没有地址。',
  "'{}' sends us to '{}', in a network that may not be reached from here: when that is right, an administrator allows it (setting outgoing.allow)":
    '“{}”把我们引向“{}”，其所在的网络不能从此处访问：如果确实如此，管理员可以放行（设置 outgoing.allow）',
  'The receiver answered {}.': '接收方返回 {}。',
  'it holds no certificate': '其中没有证书',
};
