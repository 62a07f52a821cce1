/** What `longshore doctor` finds and advises, by its English. */
export const doctorInChinese: Readonly<Record<string, string>> = {
  'Trust its authority: get its certificate from whoever runs the registry (a Longshore of its own authority: longshore ca print, there) and log in with --ca-file FILE.':
    '请信任其证书颁发机构：向镜像仓库管理员索取 CA 证书（Longshore 自签时，在服务器上执行 longshore ca print），登录时加 --ca-file 文件。',
  'Trust it with --ca-file FILE at login, after comparing it with the one on the server; or have one made by an authority.':
    '与服务器上的证书核对后，登录时加 --ca-file 文件来信任它；或改用 CA 签发的证书。',
  'A private authority (a Longshore of its own: longshore ca print, there): log in with --ca-file FILE. A public one: put the certificates in between behind its own in the file of the server (tls.certFile, fullchain.pem).':
    '私有 CA（Longshore 自签时，在服务器上执行 longshore ca print）：登录时加 --ca-file 文件。公共 CA：在服务器的证书文件（tls.certFile，如 fullchain.pem）中，把中间证书接在自己的证书之后。',
  'Renew the certificate of the server; if its dates are good, the clock of this machine is ahead (timedatectl).':
    '请为服务器续签证书；若日期无误，则是本机时钟偏快（timedatectl）。',
  'The clock of this machine is behind (timedatectl), or the certificate was made for later.':
    '本机时钟偏慢（timedatectl），或证书的生效时间设得太晚。',
  'Have one made for servers (extendedKeyUsage serverAuth).': '请签发用于服务器的证书（extendedKeyUsage serverAuth）。',
  'Ask by a name that the certificate holds, or have a certificate made that holds this one.':
    '请改用证书所含的名称访问，或重新签发包含该名称的证书。',
  "{}, certificate '{}' by '{}', good for {} days": '{}，证书“{}”由“{}”签发，还有 {} 天到期',
  'The certificate ends soon: see that its renewal works.': '证书即将到期：请确认自动续期正常。',
  "'{}' holds no names at all, and not {}": '“{}”没有任何备用名称，也就不含 {}',
  'it holds {}, not {}': '它包含 {}，不含 {}',
  "'{}' is good from {}Z to {}Z; here it is {}Z": '“{}”的有效期为 {}Z 至 {}Z；本机时间为 {}Z',
  "'{}', vouched for by '{}'": '“{}”，签发方为“{}”',
  '{} comes first': '需先解决：{}',
  '{} speaks HTTP without TLS': '{} 使用的是不带 TLS 的 HTTP',
  'If that is meant, say http://{}; otherwise let the registry serve TLS (--tls-cert-file, --tls-key-file), or ask at the port of the proxy that does.':
    '若确实如此，请写 http://{}；否则请为镜像仓库启用 TLS（--tls-cert-file、--tls-key-file），或改用前置代理的 HTTPS 端口。',
  'the handshake failed: {}': '握手失败：{}',
  'The server, or something before it, speaks only TLS that is too old: let it speak TLS 1.2 or 1.3.':
    '服务器或其前置设备只支持过旧的 TLS：请启用 TLS 1.2 或 1.3。',
  'The server has no certificate for the name {}, or demands one of you: ask by a name that it serves.':
    '服务器没有 {} 的证书，或要求客户端出示证书：请改用它所服务的名称。',
  'The connection was ended: a firewall or proxy that looks at names may forbid this one, or what listens there speaks no TLS at all.':
    '连接被中断：可能有按域名过滤的防火墙或代理，或该端口根本不使用 TLS。',
  'no answer came to the question': '探测请求没有得到应答',
  'a body of 10 GiB is refused (413)': '10 GiB 的请求体被拒绝（413）',
  'A proxy in front of the registry limits bodies: client_max_body_size 0 in nginx, proxy-body-size "0" at an Ingress, or its like.':
    '前置代理限制了请求体大小：nginx 请设 client_max_body_size 0，Ingress 请设 proxy-body-size "0"。',
  'nothing on the way refuses a body of 10 GiB': '途中没有拒绝 10 GiB 的请求体',
  'a header of {} is refused ({})': '{} 的请求头被拒绝（{}）',
  'Tokens with many scopes may be too long: let the proxy take larger headers (large_client_header_buffers in nginx).':
    '权限范围多的令牌可能过长：请让代理接受更大的请求头（nginx 的 large_client_header_buffers）。',
  'a header of {} goes through': '{} 的请求头可以通过',
  'too many requests from here (429)': '请求过多（429）',
  'too many requests from here (429, again in {} s)': '请求过多（429，请在 {} 秒后重试）',
  'Wait, and log in: the limits of accounts are often higher than those of an address that many share (a proxy, a NAT).':
    '请稍候再试，并先登录：账号的配额通常高于多人共用的出口地址（代理、NAT）。',
  'the registry does not say how many requests it takes': '镜像仓库没有说明请求配额',
  '{} of {} requests are left': '剩余 {} 次请求，共 {} 次',
  'The next requests will be refused for a time: wait, or log in.': '接下来的请求会被拒绝一段时间：请稍候或先登录。',
  'Behind a proxy, a Longshore must be told the address that clients use (publicUrl); ask whoever runs another registry.':
    '若 Longshore 位于代理之后，请把客户端使用的地址写入 publicUrl；其他镜像仓库请联系其管理员。',
  'the registry wants no login for this': '镜像仓库不要求登录',
  'none is needed: the registry takes name and password itself': '无需令牌服务：镜像仓库直接校验用户名与密码',
  'the registry wants a login and does not say how': '镜像仓库要求登录，却没有说明方式',
  '{} is no address for credentials: they would leave TLS': '{} 不能用于发送凭据：会脱离 TLS',
  "'{}' is no address for credentials": '“{}”不能用于发送凭据',
  'Tokens are issued at {}: longshore doctor {} looks at the way there. {}': '令牌由 {} 签发：可执行 longshore doctor {} 检查。{}',
  '{}{} answers with {}': '{}{} 返回 {}',
  '{} answers': '{} 有应答',
  'tokens are issued at another host, {}': '令牌由另一台主机 {} 签发',
  'What is kept for {} goes there only after longshore login {} has found it, over TLS; until then this command stays anonymous. {}':
    '为 {} 保存的凭据只有在 longshore login {} 通过 TLS 确认该主机后才会发往那里；在此之前本命令匿名访问。{}',
  'nobody has logged in here: longshore login {}': '尚未登录：longshore login {}',
  'the registry takes what is kept for it': '保存的凭据有效',
  'you are {}, by {}': '当前身份是 {}（{}）',
  'What is kept is wrong or over: longshore login again.': '保存的凭据有误或已失效：请重新执行 longshore login。',
  'Look for what the message says; the log of the registry has more under the id of the request.':
    '请按提示排查；镜像仓库日志中可按请求编号查到详情。',
  '{} is an address, no name': '{} 是地址，无需解析',
  'No name server answered: look at /etc/resolv.conf, and whether this machine is on the network (a VPN?).':
    '没有域名服务器应答：请检查 /etc/resolv.conf，以及本机是否已联网（是否需要 VPN）。',
  'Look for a mistake in the name; if it is right, ask whoever runs its zone for a record, or write it into /etc/hosts.':
    '请检查名称是否写错；若无误，请让该域的管理员添加记录，或写入 /etc/hosts。',
  '{} has no address ({})': '{} 解析不到地址（{}）',
  'port {} of {} answers in {} ms': '{1} 的端口 {0} 在 {2} 毫秒内应答',
  'nothing answers at port {} within {} s': '端口 {} 在 {} 秒内没有应答',
  'A firewall drops the packets, or the machine is off: ask for the way to this port to be opened.':
    '防火墙丢弃了数据包，或对方主机没有开机：请申请放通该端口。',
  'port {}: {}': '端口 {}：{}',
  'Nothing listens there: start the registry, or look for a mistake in the port.':
    '该端口没有程序在监听：请启动镜像仓库，或检查端口是否写错。',
  'There is no way to that address: look at the routes of this machine, a VPN, a proxy.': '无法到达该地址：请检查本机路由、VPN 与代理。',
  'no proxy is set for this registry': '没有为该镜像仓库设置代理',
  'requests go through {} ({})': '请求经由 {}（{}）',
  'It wants a login: write it into {}, as in http://NAME:PASSWORD@{}.': '代理要求登录：请写入 {}，如 http://用户名:密码@{}。',
  'Ask whoever runs the proxy to let you to {}; if the registry is in your own network, add {} to NO_PROXY.':
    '请让代理的管理员放行 {}；若镜像仓库在内网，请把 {} 加入 NO_PROXY。',
  'The connection is good, but no HTTP comes back over it: look at what listens there.':
    '连接已建立，却没有收到 HTTP 应答：请检查该端口上运行的程序。',
  '/v2/ answers with {}': '/v2/ 返回 {}',
  '/v2/ answers with a web page': '/v2/ 返回的是网页',
  'Something else answers in the place of the registry: the login page of a network, or a web server.':
    '应答的不是镜像仓库：可能是网络的登录页面，或别的网站。',
  '/v2/ answers with {} (it wants a login)': '/v2/ 返回 {}（需要登录）',
  'The registry, or the way from a proxy to it, is out of order: look at its log, and at what the proxy passes on to.':
    '镜像仓库出错，或代理连不上它：请查看镜像仓库日志与代理的转发目标。',
  'What listens there is no registry, or a proxy in front of it does not pass /v2/ on.': '该地址不是镜像仓库，或前置代理没有转发 /v2/。',
  '/v2/ redirects ({}) to {}': '/v2/ 重定向（{}）到 {}',
  'Credentials do not follow to another place: name the registry as {} yourself.':
    '凭据不会随重定向发往别处：请直接使用 {} 作为镜像仓库地址。',
  '{} speaks TLS': '{} 使用的是 TLS',
  'Say https://{}.': '请写 https://{}。',
  'the server does not say what time it is': '服务器没有给出时间',
  'this machine and the server agree': '本机与服务器时间一致',
  'Tokens and certificates are good for a time: set the clocks of both by NTP (timedatectl set-ntp true).':
    '令牌与证书都有有效期：请用 NTP 校准两边的时钟（timedatectl set-ntp true）。',
  'no handshake within {} s': '{} 秒内没有完成握手',
  'Something on the way lets TCP through and no TLS: a proxy or firewall.': '途中有代理或防火墙放行了 TCP，却拦截了 TLS。',
  'spoken to in the clear, on this machine': '明文访问，仅限本机',
  'the registry is spoken to in the clear': '正在以明文访问镜像仓库',
  'Passwords and images can be read and changed on the way: serve it over TLS.': '密码与镜像可能在途中被窃取或篡改：请为镜像仓库启用 TLS。',
  '{} leads to {}': '{} 的地址是 {}',
  '{} ({}) opens no way to {}: {}': '{}（{}）拒绝连接 {}：{}',
  'this machine is {} s behind the server': '本机比服务器慢 {} 秒',
  'this machine is {} s ahead of the server': '本机比服务器快 {} 秒',
  'no answer': '没有应答',
  '{} (request {})': '{}（请求 {}）',
  '{}: fetch failed: {}': '{}：请求失败：{}',
  'the certificate vouches for itself (self-signed) ({}): {}': '证书是自签名的（{}）：{}',
  'its authority is not known here ({}): {}': '本机不信任签发它的根证书（{}）：{}',
  'the server sends its own certificate alone, and who made it is not known here: a private authority, or the chain is incomplete ({}): {}':
    '服务器只发送了自己的证书，而本机不认识其签发方：由私有 CA 签发，或证书链不完整（{}）：{}',
  'the certificate has expired ({}): {}': '证书已过期（{}）：{}',
  'the certificate is not good yet ({}): {}': '证书尚未生效（{}）：{}',
  'the certificate is not one of a server ({}): {}': '该证书不能用于服务器（{}）：{}',
  'the certificate is for other names ({}): {}': '证书不包含该名称（{}）：{}',
  'the certificate is not trusted ({}): {}': '证书不受信任（{}）：{}',
  proxy: '代理',
  registry: '镜像仓库',
  clock: '时钟',
  'token service': '令牌服务',
  login: '登录',
  'size of layers': '层大小',
  'length of tokens': '令牌长度',
  'rate limit': '请求限速',
  ok: '正常',
  warning: '警告',
  failed: '失败',
  skipped: '跳过',
};
