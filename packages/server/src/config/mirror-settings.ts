import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { s3Entries } from './s3-settings.ts';
import { notes } from './setting-text.ts';

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]+([._-]+[a-z0-9]+)*$/),
  v.maxLength(64),
  notes('Name of the store; it is kept in the database and never changes.', '存储的名称；记录在数据库中，不可更改。', {
    accepts: {
      en: 'lower-case letters and digits with . _ - in between, at most 64',
      zh: '小写字母与数字，中间可用 . _ -，最多 64 个字符',
    },
  }),
);

const projects = v.pipe(
  v.optional(v.array(v.pipe(v.string(), v.regex(/^([a-z0-9][a-z0-9._-]*)?\*?$/), v.minLength(1)))),
  notes(
    'New projects that live on this store: names (first component of a repository), or beginnings of names that end in `*`; the longest that fits counts.',
    '在此存储上创建的新项目：项目名（仓库名的第一段）或以 `*` 结尾的前缀；最长匹配者优先。',
    {
      accepts: { en: 'a list of names such as team-a or base-*', zh: '名称列表，例如 team-a 或 base-*' },
      otherwise: { en: 'the project of the same name', zh: '与存储同名的项目' },
    },
  ),
);

const local = v.strictObject({
  name,
  type: v.literal('local'),
  projects,
  storage: v.pipe(
    v.strictObject({
      type: v.pipe(v.optional(v.picklist(['filesystem', 'local']), 'filesystem'), notes('Kind of storage.', '存储种类。')),
      path: v.pipe(filledText, notes('Directory that holds the blobs. Created when missing.', '存放 blob 的目录，不存在时自动创建。')),
    }),
    notes('Where a local store keeps its blobs.', '本地存储的位置。'),
  ),
});

const s3 = v.strictObject({ name, type: v.literal('s3'), projects, ...s3Entries });

const proxy = v.strictObject({
  name,
  type: v.literal('proxy'),
  projects,
  upstream: v.pipe(filledText, notes('Registry to pull from.', '上游镜像仓库。')),
  proxyCache: v.pipe(
    v.optional(v.strictObject({ storage: v.optional(v.any()) })),
    notes('Where a proxy keeps what it pulled.', '代理缓存的位置。'),
  ),
});

/** Each sort of entry in `mirrorRepositories`, by its `type`. A proxy is described and refused: see `readMirrors`. */
export const mirrorVariants = { local, s3, proxy };

/** What other products call a setting of an entry. */
export const mirrorAliases: Readonly<Record<string, string>> = {
  accessKey: 'accessKeyId',
  secretKey: 'secretAccessKey',
  accessKeyFile: 'accessKeyIdFile',
  secretKeyFile: 'secretAccessKeyFile',
};

/** Stores beside the one of the section `store`. */
export const mirrorRepositories = v.array(v.variant('type', [local, s3, proxy]));

/** A declared store, read. */
export type MirrorRepository = v.InferOutput<typeof mirrorRepositories>[number];
