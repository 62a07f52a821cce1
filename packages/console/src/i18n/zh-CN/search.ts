import type { search as en } from '../en/search.ts';

/** 搜索结果的文字。 */
export const search: Record<keyof typeof en, string> = {
  title: '搜索',
  results: '“{query}”的搜索结果',
  nothing: '没有找到“{query}”。',
  nothingHelp: '搜索从开头匹配您可以看到的名称、标签、摘要和镜像标记：ngi 能找到 library/nginx，inx 则不能。',
  ask: '请在上方的输入框中写下要查找的内容。',
  found: '找到',
  kind: '类别',
  matched: '匹配内容',
  all: '各类的前几项',
  repository: '仓库',
  tag: '标签',
  digest: '摘要',
  label: '镜像标记与注解',
  'one.repository': '仓库',
  'one.tag': '标签',
  'one.digest': '摘要',
  'one.label': '镜像标记或注解',
  moreOf: '还有更多：请在上方选择{kinds}。',
};
