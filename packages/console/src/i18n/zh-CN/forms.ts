import type { forms as en } from '../en/forms.ts';

/** 许多页面共用的表单和表格文字。 */
export const forms: Record<keyof typeof en, string> = {
  save: '保存',
  create: '创建',
  add: '添加',
  remove: '移除',
  delete: '删除',
  edit: '修改',
  close: '关闭',
  more: '显示更多',
  saved: '已保存',
  discard: '放弃填写的内容，加载最新内容',
  none: '无',
  never: '从不',
  yes: '是',
  noRepository: '没有名为 {name} 的仓库，或您无权查看。',
  required: '请填写此项。',
  actions: '可用操作',
  copied: '已复制',
};
