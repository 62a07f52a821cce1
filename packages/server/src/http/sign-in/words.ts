/** The languages of the pages. */
export type Language = 'en' | 'zh';

const en = {
  signIn: 'Sign in',
  signInWith: 'Sign in with',
  name: 'User name',
  password: 'Password',
  signedInAs: 'Signed in as',
  console: 'Open the console',
  signOut: 'Sign out',
  signedOut: 'You have signed out.',
  signOutThere: 'Sign out there, too: ',
  signOutAsk: 'End the session of this browser?',
  other: '中文',
  wrong: 'User name or password are wrong.',
  notProved: 'You were not signed in there. Please try again; if it stays so, ask the administrator of this registry, whose log says why.',
  wrongCode: 'This code is not right, or was used before.',
  delayed: 'Too many failures. Seconds to wait before the next try: ',
  over: 'This took too long, or was not begun in this browser. Please sign in again.',
  away: 'The place where you sign in cannot be reached at the moment. Please try again in a while.',
  notAdmitted: 'You are not admitted to this registry. Please ask its administrator.',
  notOurs: 'This request did not come from a page of this registry. Please go back and try again.',
  needsTls: 'Cookies are not sent over an unencrypted connection: open this page with https.',
  again: 'For this, please sign in again.',
  secondFactor: 'Second factor',
  code: 'Code of your app, or a recovery code',
  goOn: 'Continue',
  setUp: 'Set up a second factor',
  setUpMust: 'This registry asks for a second factor. Set one up to go on.',
  setUpWhy:
    'Besides your password, signing in will then need a code of an app on your phone. What was issued to you by password so far ends.',
  setUpAdd: 'Add this key to your app, then type the code that it shows.',
  setUpLink: 'Open in an app on this device',
  confirm: 'Confirm',
  enabled: 'Your second factor is set up. Recovery codes left: ',
  remove: 'Remove the second factor',
  recovery: 'Recovery codes',
  recoveryKeep: 'Keep these codes in a safe place. Each is good once, when you do not have your app. They are not shown again.',
  tokens: 'Access token',
  tokensWhy: 'For docker login and scripts, in the place of a password.',
  tokenName: 'What it is for',
  tokenDays: 'Days until it ends',
  makeToken: 'Make an access token',
  tokenMade: 'Your access token. It is not shown again:',
  tokenBad: 'A token needs a name of at most 100 printable characters, and 1 to 3650 days.',
  device: 'Let a device in',
  deviceCode: 'Code that the device shows',
  deviceAsks: 'A device asks to act as you:',
  deviceWarning: 'Go on only if you have started this yourself just now. Nobody of this registry ever sends you a code.',
  deviceAddress: 'Its address',
  allow: 'Let it in',
  deny: 'Deny',
  deviceAllowed: 'The device is let in. You can close this page.',
  deviceDenied: 'The device was denied.',
  deviceGone: 'The device does not wait any more.',
};

const zh: typeof en = {
  signIn: '登录',
  signInWith: '通过以下方式登录：',
  name: '用户名',
  password: '密码',
  signedInAs: '当前用户：',
  console: '打开控制台',
  signOut: '退出登录',
  signedOut: '您已退出登录。',
  signOutThere: '同时退出：',
  signOutAsk: '结束此浏览器的会话？',
  other: 'English',
  wrong: '用户名或密码错误。',
  notProved: '未能在那里完成登录。请重试；若仍然如此，请联系本仓库的管理员，日志中有原因。',
  wrongCode: '验证码不正确，或已被使用过。',
  delayed: '失败次数过多。下次尝试前需等待的秒数：',
  over: '操作超时，或并非在此浏览器中开始。请重新登录。',
  away: '暂时无法连接登录服务，请稍后再试。',
  notAdmitted: '此仓库未准许您进入，请联系管理员。',
  notOurs: '此请求并非来自本仓库的页面，请返回后重试。',
  needsTls: '未加密的连接不发送 Cookie：请用 https 打开此页面。',
  again: '此操作需要您重新登录。',
  secondFactor: '两步验证',
  code: '应用显示的验证码，或恢复码',
  goOn: '继续',
  setUp: '启用两步验证',
  setUpMust: '此仓库要求使用两步验证，请先启用。',
  setUpWhy: '此后登录除密码外还需要手机应用显示的验证码。此前凭密码获得的令牌和会话将失效。',
  setUpAdd: '将此密钥添加到您的应用，然后输入它显示的验证码。',
  setUpLink: '在本设备的应用中打开',
  confirm: '确认',
  enabled: '两步验证已启用。剩余恢复码：',
  remove: '移除两步验证',
  recovery: '恢复码',
  recoveryKeep: '请妥善保存这些恢复码。无法使用应用时，每个恢复码可用一次。它们不会再次显示。',
  tokens: '访问令牌',
  tokensWhy: '用于 docker login 和脚本，代替密码。',
  tokenName: '用途',
  tokenDays: '有效天数',
  makeToken: '创建访问令牌',
  tokenMade: '您的访问令牌（不会再次显示）：',
  tokenBad: '令牌名称需为 1 至 100 个可显示字符，有效期为 1 至 3650 天。',
  device: '允许设备接入',
  deviceCode: '设备上显示的代码',
  deviceAsks: '有设备请求以您的身份操作：',
  deviceWarning: '仅当您刚刚亲自发起此操作时才继续。本仓库的任何人都不会向您发送代码。',
  deviceAddress: '设备地址',
  allow: '允许',
  deny: '拒绝',
  deviceAllowed: '已允许该设备接入，可以关闭此页面。',
  deviceDenied: '已拒绝该设备。',
  deviceGone: '该设备已不再等待。',
};

/** What the pages say. */
export type Words = typeof en;

/** All of it, by language. */
export const words: Readonly<Record<Language, Words>> = { en, zh };

/** The language that is asked for by `lang`, else the one that the browser prefers. */
export function languageOf(lang: string | null, acceptLanguage: string | undefined): Language {
  if (lang === 'en' || lang === 'zh') return lang;
  const best = (acceptLanguage ?? '')
    .split(',', 10)
    .map((range) => /^\s*(en|zh)\b[^;]*(?:;\s*q=([0-9.]+))?/i.exec(range))
    .filter((range) => range !== null)
    .map(([, language = 'en', quality = '1']) => ({ language: language.toLowerCase(), quality: Number(quality) }))
    .sort((left, right) => right.quality - left.quality)[0];
  return best?.language === 'zh' ? 'zh' : 'en';
}
