import type { ProblemName } from './faults.ts';

/** `problemTexts` in Chinese. */
export const problemTextsInChinese: Readonly<Record<ProblemName, string>> = {
  name: '以字母开头，只含小写字母、数字和连字符，以字母或数字结尾。',
  nameLength: '名称太长：Deployment 最多 63 个字符，StatefulSet 和 CronJob 最多 52 个，因为由它们创建的对象也需要名称。',
  namespace: '最多 63 个小写字母、数字和连字符，首尾不能是连字符。',
  replicas: '0 到 1000 的整数。',
  port: '1 到 65535 的整数。',
  portName: '最多 15 个小写字母、数字和连字符，至少含一个字母，连字符不能相连。',
  portTwice: '已有另一个端口使用此名称或编号。',
  variable: '字母、数字、连字符、下划线和点，不能以数字开头。',
  variableTwice: '另一行已设置此变量。',
  secret: '对象名称：小写字母、数字、连字符和点。',
  secretKey: 'Secret 的键：字母、数字、连字符、下划线和点。',
  quantity: '大于零的数量，例如 CPU 为 250m 或 0.5，内存为 128Mi 或 2Gi。',
  cpu: 'CPU 精确到千分之一：最小为 1m。',
  limit: '上限不能低于请求值。',
  path: '以 / 开头的路径，不能含冒号、控制字符和 “..”。',
  pathTwice: '已有另一个存储卷使用此路径或名称。',
  sharedVolume: '多个副本无法同时写入：请选择 ReadWriteMany、单个副本，或使用每个 Pod 各有存储卷的 StatefulSet。',
  probePort: '没有可检查的 TCP 端口：请添加端口，或选择不检查。',
  probeCommand: '镜像没有自带健康检查：请选择其他方式。',
  probePath: '以 / 开头的路径。',
  user: '0 到 2147483647 的整数。',
  schedule: '五个字段（分、时、日、月、星期），例如 0 3 * * *，或 @daily 之类的词。',
  timeZone: '时区数据库中的名称，例如 Asia/Shanghai。',
};
