import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { said } from '../../language.ts';
import { type Finding, failed, ok, skipped } from './finding.ts';
import { firstOf } from './first-of.ts';
import { patienceMs, type Site } from './site.ts';

/** Whether the name has addresses. */
export async function checkDns({ first: { hostname } }: Site): Promise<Finding> {
  try {
    if (isIP(hostname) !== 0) return skipped(said(`${hostname} is an address, no name`, `${hostname} 是地址，无需解析`));
    const addresses = (await lookup(hostname, { all: true })).map(({ address }) => address).join(', ');
    return ok(said(`${hostname} is ${addresses}`, `${hostname} 的地址是 ${addresses}`));
  } catch (error) {
    const code = codeOf(error);
    const fix =
      code === 'EAI_AGAIN'
        ? said(
            'No name server answered: look at /etc/resolv.conf, and whether this machine is on the network (a VPN?).',
            '没有域名服务器应答：请检查 /etc/resolv.conf，以及本机是否已联网（是否需要 VPN）。',
          )
        : said(
            'Look for a mistake in the name; if it is right, ask whoever runs its zone for a record, or write it into /etc/hosts.',
            '请检查名称是否写错；若无误，请让该域的管理员添加记录，或写入 /etc/hosts。',
          );
    return failed(said(`${hostname} has no address (${code})`, `${hostname} 解析不到地址（${code}）`), fix);
  }
}

/** Whether something listens there. */
export async function checkTcp({ first: { hostname, port } }: Site): Promise<Finding> {
  const startedMs = performance.now();
  const socket = connect({ host: hostname, port });
  try {
    const outcome = await firstOf(socket, 'connect');
    const ms = Math.round(performance.now() - startedMs);
    if (outcome === 'ready')
      return ok(
        said(`port ${port} of ${socket.remoteAddress} answers in ${ms} ms`, `${socket.remoteAddress} 的端口 ${port} 在 ${ms} 毫秒内应答`),
      );
    if (outcome === 'silent')
      return failed(
        said(`nothing answers at port ${port} within ${patienceMs / 1000} s`, `端口 ${port} 在 ${patienceMs / 1000} 秒内没有应答`),
        said(
          'A firewall drops the packets, or the machine is off: ask for the way to this port to be opened.',
          '防火墙丢弃了数据包，或对方主机没有开机：请申请放通该端口。',
        ),
      );
    const code = codeOf(outcome);
    return failed(
      said(`port ${port}: ${code}`, `端口 ${port}：${code}`),
      code === 'ECONNREFUSED'
        ? said(
            'Nothing listens there: start the registry, or look for a mistake in the port.',
            '该端口没有程序在监听：请启动仓库，或检查端口是否写错。',
          )
        : said(
            'There is no way to that address: look at the routes of this machine, a VPN, a proxy.',
            '无法到达该地址：请检查本机路由、VPN 与代理。',
          ),
    );
  } finally {
    socket.destroy();
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where a name has several addresses, each attempt has an error of its own.
  const [first = error]: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error && 'code' in first ? String(first.code) : error.message;
}
