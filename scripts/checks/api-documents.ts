import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { sayInChinese } from '../../packages/cli/src/language/say-in-chinese.ts';
import { describedRoutes } from '../../packages/server/src/api-routes.ts';
import { describeNeeds, openApiOf } from '../../packages/server/src/management/openapi.ts';
import { summariesInChinese } from './operation-summaries.ts';

const words = {
  en: {
    title: 'Management API',
    intro:
      'Every operation below `/api/v1`, and what it needs: an action, which a role must have, on a thing; or to be signed in; or nothing. ' +
      'Parameters, bodies and answers are in [openapi.json](openapi.json).',
    heads: ['operation', 'method and path', 'what it does', 'needs'],
  },
  zh: {
    title: '管理 API',
    intro:
      '`/api/v1` 下的全部操作及其所需权限：对某个对象的某个动作（由角色授予），或只需登录，或任何人。参数、请求体与应答见 [openapi.json](openapi.json)。',
    heads: ['操作', '方法与路径', '作用', '所需权限'],
  },
} as const;

/** docs/reference/openapi.json. */
export async function renderOpenApi(): Promise<string> {
  return `${JSON.stringify(openApiOf(await describedRoutes()), undefined, 2)}\n`;
}

/** The types that the client of the API is made of. */
export async function renderClientTypes(): Promise<string> {
  const document = JSON.parse(await renderOpenApi()) as OpenAPI3;
  return `// Written by npm run docs from the operations of the management API.\n${astToString(await openapiTS(document))}`;
}

/** The table of operations with what each needs, in one language. */
export async function renderOperations(language: keyof typeof words): Promise<string> {
  const { title, intro, heads } = words[language];
  const routes = [...(await describedRoutes())].sort((a, b) => (`${a.tag} ${a.path}` < `${b.tag} ${b.path}` ? -1 : 1));
  const rows = routes.map((route) => [
    `\`${route.operationId}\``,
    `${route.method} \`${route.path}\``,
    language === 'zh' ? summaryInChinese(route.summary) : route.summary,
    (language === 'zh' ? needsInChinese(describeNeeds(route)) : describeNeeds(route)).replace(/\{.*?\}/g, '`$&`'),
  ]);
  const table = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `# ${title}\n\n<!-- npm run docs -->\n\n${intro}\n\n${table.join('\n')}\n`;
}

/** Throws where nobody has said it in Chinese yet. */
function summaryInChinese(english: string): string {
  const text = summariesInChinese[english] ?? sayInChinese(english);
  if (text === english) throw new Error(`Say in Chinese, in scripts/checks/operation-summaries.ts: ${english}`);
  return text.replace(/。$/, '');
}

const things = { 'the registry': '镜像仓库', project: '项目', repository: '仓库' } as const;

/** What an operation needs, by its English: `list on repository {repository}`. */
function needsInChinese(english: string): string {
  if (english === 'signed-in') return '登录';
  if (english === 'anybody') return '任何人';
  const [, action, thing, name = '', user] =
    /^(\w+) on (the registry|project|repository)( \{.*?\})?(?:, or to be (\{.*\}))?$/.exec(english) ?? [];
  if (action === undefined || thing === undefined) throw new Error(`Say in Chinese what an operation needs: ${english}`);
  return `对${things[thing as keyof typeof things]}${name}${name === '' ? '' : ' '}的 ${action}${user === undefined ? '' : `，或为 ${user} 本人`}`;
}
