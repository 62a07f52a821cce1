import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { describedRoutes } from '../../packages/server/src/api-routes.ts';
import { describeNeeds, openApiOf } from '../../packages/server/src/management/openapi.ts';

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
      '`/api/v1` 下的全部操作及其所需权限：对某个对象的某个动作（由角色授予），或只需登录（signed-in），或任何人（anybody）。参数、请求体与应答见 [openapi.json](openapi.json)。',
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
    route.summary,
    describeNeeds(route).replace(/\{.*?\}/g, '`$&`'),
  ]);
  const table = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `# ${title}\n\n<!-- npm run docs -->\n\n${intro}\n\n${table.join('\n')}\n`;
}
