import type { Operation, OperationField, OperationParameter } from '../../packages/cli/src/api/operation.ts';
import { renderOpenApi } from './api-documents.ts';

/** What is read of a JSON schema. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly const?: string;
  readonly items?: Schema;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface DescribedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** packages/cli/src/api/operations.json: what the command needs to know of each operation, one a line. */
export async function renderCommandOperations(): Promise<string> {
  const description = JSON.parse(await renderOpenApi()) as Description;
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(description, method.toUpperCase(), path, described)),
  );
  return `[\n${operations.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`;
}

function operationOf(description: Description, method: string, path: string, described: DescribedOperation): Operation {
  const { operationId, summary, requestBody, responses } = described;
  const body = requestBody === undefined ? undefined : resolved(description, Object.values(requestBody.content)[0]?.schema ?? {});
  const [contentType, answer] =
    Object.entries(responses['200']?.content ?? responses['202']?.content ?? responses['201']?.content ?? {})[0] ?? [];
  const isPaged = answer !== undefined && resolved(description, answer.schema).properties?.['next'] !== undefined;
  return {
    id: operationId,
    method,
    path,
    summary,
    parameters: (described.parameters ?? []).map((one) => parameterOf(description, one)),
    ...(body !== undefined && { body: fieldsOf(description, body) }),
    answer: contentType === undefined ? 'none' : isPaged ? 'pages' : answerOf(contentType),
  };
}

function answerOf(contentType: string): Operation['answer'] {
  if (contentType === 'application/octet-stream') return 'bytes';
  return /^application\/json(;|$)/.test(contentType) ? 'json' : 'text';
}

function resolved(description: Description, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  return resolved(description, description.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
}

function parameterOf(
  description: Description,
  { name, in: where, required, description: text, schema }: NonNullable<DescribedOperation['parameters']>[number],
): OperationParameter {
  const place = where as OperationParameter['in'];
  return { ...fieldOf(description, name, { ...schema, ...(text !== undefined && { description: text }) }, required === true), in: place };
}

function fieldsOf(description: Description, body: Schema): OperationField[] {
  return Object.entries(body.properties ?? {}).map(([name, schema]) =>
    fieldOf(description, name, schema, body.required?.includes(name) === true),
  );
}

function fieldOf(description: Description, name: string, schema: Schema, isRequired: boolean): OperationField {
  const whole = resolved(description, schema);
  const options = (whole.anyOf ?? [whole]).map((one) => resolved(description, one));
  const values = options.filter(({ type }) => type !== 'null');
  const value = values[0] ?? {};
  const items = value.items === undefined ? undefined : resolved(description, value.items);
  const many = items !== undefined && (items.type === 'string' || items.enum !== undefined);
  const told = many ? (items ?? {}) : value;
  const choices =
    told.enum ?? (values.length > 1 && values.every((one) => one.const !== undefined) ? values.map((one) => one.const ?? '') : undefined);
  const type = choices !== undefined ? 'string' : (told.type ?? (told.const === undefined ? 'json' : 'string'));
  const summary = schema.description ?? whole.description ?? value.description;
  return {
    name,
    type: type === 'object' || type === 'array' ? 'json' : (type as OperationField['type']),
    ...(isRequired && { required: true }),
    ...(many && { many }),
    ...(values.length < options.length && { nullable: true }),
    ...(choices?.every((one) => typeof one === 'string') && { choices }),
    ...(summary !== undefined && { summary }),
  };
}
