import type { problems as en } from '../en/problems.ts';

/** 各类拒绝的名称，按问题代码。 */
export const problems: Record<keyof typeof en, string> = {
  'invalid-request': '填写的内容不符合要求',
  'invalid-cursor': '列表已发生变化',
  unauthorized: '请先登录',
  forbidden: '您没有此操作的权限',
  'not-found': '没有找到，或您无权查看',
  'method-not-allowed': '镜像仓库不支持此请求',
  timeout: '请求传输超时',
  conflict: '当前状态不允许此操作',
  'name-taken': '名称已被占用',
  'in-use': '仍在使用中',
  stale: '内容已被他人修改',
  'too-large': '提交的内容过大',
  'address-too-long': '地址过长',
  'unsupported-media-type': '镜像仓库不接受此格式',
  'precondition-required': '内容已被他人修改',
  'too-many-requests': '请求过于频繁',
  'headers-too-large': '请求过大',
  internal: '镜像仓库内部出错',
  unavailable: '镜像仓库暂时无法完成此操作',
  'storage-full': '镜像仓库的磁盘空间已满',
  unknown: '操作没有成功',
};
