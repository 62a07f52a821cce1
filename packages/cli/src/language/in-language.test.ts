import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { main } from '../main.ts';
import { recordedSurroundings } from '../testing/recorded-surroundings.ts';
import { chinese, sayInChinese } from './say-in-chinese.ts';

describe('the language of the command', () => {
  it('is heard in help, complaints and what a command says, and not in what programs read', async () => {
    const run = async (argv: string[], answer?: () => Response) => {
      const surroundings = recordedSurroundings(answer, { environment: { LANG: 'zh_CN.UTF-8' } });
      const code = await main(argv, surroundings);
      return { code, out: surroundings.outLines.join('\n'), err: surroundings.errLines.join('\n') };
    };
    const help = (await run(['project', 'create', '--help'])).out;
    assert.match(help, /^创建项目，创建者即所有者。\n\n用法：longshore project create NAME \[参数\]\n\n示例：/);
    assert.match(help, /--visibility .* 无需角色即可读取的范围/);
    assert.match((await run(['--help'])).out, /^ {2}serve +运行镜像仓库服务器$/m);
    const wrong = await run(['project', 'create', '--nonsense']);
    assert.deepEqual([wrong.code, wrong.err.split('\n')[0]], [2, 'longshore project create: 未知参数 --nonsense']);
    assert.match((await run(['sevre'])).err, /没有命令 'sevre'；是否想用 'serve'？/);
    const refused = await run(['ping', 'localhost:1'], () => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });
    });
    assert.equal(refused.err, 'longshore ping: 请求失败: connect ECONNREFUSED 127.0.0.1:1\n用 longshore doctor 查明原因。');
    const tags = () => Response.json({ name: 'team/app', tags: ['One project'] });
    assert.equal((await run(['ls', 'localhost:5000/team/app'], tags)).out, 'One project');
  });

  it('fills what varies in, wherever Chinese has it', () => {
    assert.equal(sayInChinese('The tag 1.0 of team/app will be gone for good.'), '以下内容将被永久删除：team/app 的标签 1.0。');
    assert.equal(sayInChinese('unknown flag --a; did you mean --b?'), '未知参数 --a；是否想用 --b？');
    for (const [english, text] of Object.entries(chinese)) {
      assert.match(text, /[\u4e00-\u9fff：]/, english);
      const holes = english.split('{}').length - 1;
      assert.equal(text.match(/\{\d?\}/g)?.length ?? 0, holes, english);
    }
  });
});
