import * as v from 'valibot';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

const limit = v.optional(wholeFrom(0, Number.MAX_SAFE_INTEGER));
const otherwise = { en: 'no limit', zh: '不限' };

/** The limits that new projects begin with. */
export const quota = v.strictObject({
  defaultBytes: v.pipe(
    limit,
    notes(
      'Bytes that a project made from now on may store: each blob once, manifests in each repository. Administrators change it for each project.',
      '此后新建的项目可存储的字节数，每个 blob 只计一次，清单在每个仓库中各计一次；管理员可逐项目修改。',
      { otherwise },
    ),
  ),
  defaultTags: v.pipe(limit, notes('Tags that such a project may have.', '此类项目可拥有的标签数。', { otherwise })),
  defaultPullBytesPerDay: v.pipe(
    limit,
    notes('Bytes that such a project may serve on one day in UTC.', '此类项目每天（UTC）可提供下载的字节数。', { otherwise }),
  ),
});
