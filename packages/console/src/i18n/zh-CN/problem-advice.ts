import type { problems } from '../en/problems.ts';

/** 镜像仓库的说明没有对应的中文时（例如来自更新的版本），按问题代码说明该怎么做。 */
export const problemAdvice: Partial<Record<keyof typeof problems, string>> = {
  'invalid-request': '请按下面的说明修改后重新提交。',
  'invalid-cursor': '请刷新页面，从头开始查看列表。',
  unauthorized: '您的会话可能已结束。登录后可以继续。',
  forbidden: '原因见下面的说明。如果是缺少权限，请联系项目所有者或镜像仓库管理员。',
  'not-found': '它可能已被删除，也可能您没有查看的权限。请检查名称，或请项目所有者授予角色。',
  'method-not-allowed': '页面与镜像仓库的版本可能不一致，请刷新页面。',
  timeout: '网络可能较慢，请重试。',
  conflict: '请按下面的说明处理后重试。',
  'name-taken': '请换一个名称。',
  'in-use': '请先解除使用它的内容，再重试。',
  stale: '请加载最新内容，在此基础上重新修改。',
  'too-large': '请减少内容后重试。',
  'address-too-long': '请缩短名称或筛选条件。',
  'unsupported-media-type': '页面与镜像仓库的版本可能不一致，请刷新页面。',
  'precondition-required': '请加载最新内容，在此基础上重新修改。',
  'too-many-requests': '请稍候再试。',
  'headers-too-large': '请清除此网站的 Cookie 后重试。',
  internal: '请重试。如果仍然出现，请把下面的请求编号告诉管理员。',
  unavailable: '请稍候重试。如果仍然出现，请联系管理员。',
  'storage-full': '在管理员清理或扩容之前，无法写入新内容。',
};
