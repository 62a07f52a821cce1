import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { authorityFile, issuerUrl, issuerUrlAccepts, shortName, shortNameAccepts } from './issuer-settings.ts';
import { pathAccepts } from './path-accepts.ts';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

/** Signatures by a key pair: whoever can verify one cannot make one. */
const issuerAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const;

const issuer = v.strictObject({
  name: v.pipe(
    shortName,
    notes('What trusts of robots call it.', '机器人账号的信任规则中使用的名称。', {
      accepts: shortNameAccepts('github'),
    }),
  ),
  issuer: v.pipe(
    issuerUrl,
    notes('The claim `iss` of its tokens, to the letter.', '其令牌的 `iss` 声明，须完全一致。', {
      accepts: issuerUrlAccepts('https://token.actions.githubusercontent.com'),
    }),
  ),
  audience: v.pipe(
    v.optional(filledText),
    notes('The claim `aud` that its tokens must have.', '其令牌必须具有的 `aud` 声明。', {
      accepts: { en: 'a text', zh: '文本' },
      otherwise: { en: '`tokens.service`, or else the host of `publicUrl`', zh: '`tokens.service`，否则为 `publicUrl` 的主机' },
    }),
  ),
  keysFile: v.pipe(
    v.optional(filledText),
    notes(
      'File with its public keys (a JSON Web Key Set), where it cannot be reached. Read again when it changes.',
      '存放其公钥（JSON Web Key Set）的文件，用于无法访问签发方的环境；文件变化后会重新读取。',
      { accepts: pathAccepts, otherwise: { en: 'the keys are asked of the issuer', zh: '向签发方获取公钥' } },
    ),
  ),
  authorityFile,
  algorithms: v.pipe(
    v.optional(v.pipe(v.array(v.picklist(issuerAlgorithms)), v.minLength(1)), ['RS256', 'ES256']),
    notes('How its tokens may be signed.', '允许的签名算法。', {
      accepts: { en: `a list of ${issuerAlgorithms.join(', ')}`, zh: `列表：${issuerAlgorithms.join('、')}` },
      otherwise: { en: 'RS256, ES256', zh: 'RS256、ES256' },
    }),
  ),
  keysHours: v.pipe(
    v.optional(wholeFrom(1, 720), 24),
    notes(
      'How long keys are used when they cannot be asked for again. They are asked for hourly.',
      '无法重新获取公钥时，已有公钥可继续使用的时长（小时）。通常每小时获取一次。',
    ),
  ),
});

/** Settings of section `federation`. */
export const federation = v.strictObject({
  issuers: v.pipe(
    v.optional(
      v.pipe(
        v.array(issuer),
        v.maxLength(50),
        v.partialCheck(
          [['$', 'name']],
          (issuers) => new Set(issuers.map(({ name }) => name)).size === issuers.length,
          'names of issuers must differ',
        ),
        v.partialCheck(
          [['$', 'issuer']],
          (issuers) => new Set(issuers.map(({ issuer: iss }) => iss)).size === issuers.length,
          'each issuer stands once; what its tokens are good for is said by trusts of robots',
        ),
      ),
      [],
    ),
    notes(
      'Who issues tokens that pipelines log in with (OpenID Connect). What such a token is good for is said by trusts of robots. See docs/guides/pipelines.md.',
      '流水线登录所用令牌（OpenID Connect）的签发方。令牌可以做什么由机器人账号的信任规则决定。见 docs/guides/pipelines.zh-CN.md。',
    ),
  ),
});
