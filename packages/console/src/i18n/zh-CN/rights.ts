import type { rights as en } from '../en/rights.ts';

/** 权限的文字：可以做什么，以及为何不可以。 */
export const rights: Record<keyof typeof en, string> = {
  'may.pull': '拉取',
  'may.push': '推送',
  'may.update': '移动标签',
  'may.delete': '删除',
  'may.list': '查看内容',
  'may.promote': '晋级到此',
  'may.configure': '设置规则',
  'may.audit': '查看审计日志',
  'may.administer': '管理',
  listComma: '、',
  refused: '此操作需要 {place} 的“{action}”权限，您在其中的角色是 {roles}，不包含该权限。',
  refusedWithoutRole: '此操作需要 {place} 的“{action}”权限，您在其中没有角色。',
  notShown: '您无权查看此内容',
  askOwner: '项目的所有者或镜像仓库管理员可以授予您包含此权限的角色。',
};
