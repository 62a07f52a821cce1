import Type, { type Static } from 'typebox';
import { formatInstant, id, instant, projectName } from '../../management/names.ts';
import { listed, listOf, pageOf, pageQuery } from '../../management/paging.ts';
import { ApiError, notFound, stale } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import { isToldActors } from '../../management/told-actors.ts';
import type { Authorizer } from '../../registry/ports/authorizer.ts';
import { mostTagRules, type TagRule, type TagRuleStore, type TagRuleTerms, tagRuleKinds } from '../../registry/ports/tag-rule-store.ts';
import { type NameRange, rangeOfPattern } from '../../registry/repository-pattern.ts';
import { parseTagPattern } from '../../registry/tag-pattern.ts';
import { agentName, roleName } from './schemas.ts';

const terms = {
  repositories: Type.String({ maxLength: 255, examples: ['**'], description: 'Below the project: `**`, `a/b`, `a/**` or `a*`.' }),
  tags: Type.String({ maxLength: 128, examples: ['v*'], description: 'Names of tags; `*` stands for any characters, `?` for one.' }),
  kind: Type.Enum([...tagRuleKinds], {
    description: 'immutable: created once, never moved nor deleted, by nobody. protected: only holders of the roles change it.',
  }),
  roles: Type.Array(roleName, { maxItems: 20, description: 'For protected tags, by name; administrators need none.' }),
};
const closed = { additionalProperties: false } as const;

const tagRule = Type.Object({ id, ...terms, createdAt: instant, createdBy: agentName, version: Type.Integer() }, { $id: 'TagRule' });
const newRule = Type.Object({ ...terms, repositories: Type.Optional(terms.repositories), roles: Type.Optional(terms.roles) }, closed);
const change = Type.Partial(Type.Object(terms), closed);

const ofProject = { project: projectName };
const ofRule = { ...ofProject, rule: id };
const project = (params: { project: string }) => ({ kind: 'project', name: params.project }) as const;
const tag = 'tag-rules';

/** `/projects/{project}/tag-rules`. */
export function tagRuleRoutes(rules: TagRuleStore, authorizer: Authorizer, clock: () => number): Route[] {
  return [...ruleReads(rules, authorizer), createRule(rules, clock), updateRule(rules, clock), deleteRule(rules, clock)];
}

function ruleReads(rules: TagRuleStore, authorizer: Authorizer): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/projects/{project}/tag-rules',
      operationId: 'listTagRules',
      summary: 'The rules over the tags of a project, in the order of their making',
      tag,
      params: ofProject,
      query: pageQuery,
      needs: { action: 'list', on: project },
      responses: { 200: listOf(tagRule) },
      handle: async (request) => {
        const { limit, after = 0 } = pageOf(request, Type.Integer());
        const all = await rules.listTagRules(request.params.project);
        if (all === undefined) throw notFound('project of that name');
        const rest = all.filter((rule) => rule.id > after);
        const isTold = await isToldActors(authorizer, request.principal, project(request.params));
        const page = { items: rest.slice(0, limit), more: rest.length > limit };
        return listed(
          request,
          page,
          (rule) => rule.id,
          (rule) => show(rule, isTold),
        );
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/projects/{project}/tag-rules/{rule}',
      operationId: 'getTagRule',
      summary: 'One rule',
      tag,
      params: ofRule,
      needs: { action: 'list', on: project },
      responses: { 200: tagRule },
      handle: async ({ params, principal }) => {
        const rule = await rules.findTagRule(params.project, Number(params.rule));
        if (rule === undefined) throw notFound('tag rule of that id');
        return { status: 200, body: show(rule, await isToldActors(authorizer, principal, project(params))), version: rule.version };
      },
    }),
  ];
}

function createRule(rules: TagRuleStore, clock: () => number): Route {
  return defineRoute({
    method: 'POST',
    path: '/projects/{project}/tag-rules',
    operationId: 'createTagRule',
    summary: 'Make a rule; it holds for everything that commits after it',
    tag,
    params: ofProject,
    body: newRule,
    needs: { action: 'configure', on: project },
    responses: { 201: tagRule },
    problems: ['conflict'],
    handle: async ({ params, body, by }) => {
      const wanted = { repositories: '**', roles: [], ...body };
      const created = await rules.createTagRule({ project: params.project, ...checked(params.project, wanted), by, at: clock() });
      if (created === 'unknown-project') throw notFound('project of that name');
      if (created === 'too-many') {
        throw new ApiError('conflict', { detail: `A project has at most ${mostTagRules} tag rules: delete one, or widen a pattern.` });
      }
      const location = `/api/v1/projects/${params.project}/tag-rules/${created.id}`;
      return { status: 201, body: show(created, true), version: created.version, location };
    },
  });
}

function updateRule(rules: TagRuleStore, clock: () => number): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/projects/{project}/tag-rules/{rule}',
    operationId: 'updateTagRule',
    summary: 'Change a rule',
    tag,
    params: ofRule,
    body: change,
    ifMatch: 'required',
    needs: { action: 'configure', on: project },
    responses: { 200: tagRule },
    handle: async ({ params, body, by, ifMatch }) => {
      const known = await rules.findTagRule(params.project, Number(params.rule));
      if (known === undefined) throw notFound('tag rule of that id');
      const { repositories, tags, kind, roles } = { ...known, ...body };
      const wanted = checked(params.project, { repositories, tags, kind, roles });
      const which = { project: params.project, id: known.id, version: ifMatch ?? known.version };
      const updated = await rules.updateTagRule({ ...which, ...wanted, by, at: clock() });
      if (updated === 'absent') throw notFound('tag rule of that id');
      if (updated === 'stale') throw stale();
      return { status: 200, body: show(updated, true), version: updated.version };
    },
  });
}

function deleteRule(rules: TagRuleStore, clock: () => number): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/projects/{project}/tag-rules/{rule}',
    operationId: 'deleteTagRule',
    summary: 'Delete a rule',
    tag,
    params: ofRule,
    ifMatch: 'required',
    needs: { action: 'configure', on: project },
    responses: { 204: null },
    handle: async ({ params, by, ifMatch }) => {
      const known = await rules.findTagRule(params.project, Number(params.rule));
      if (known === undefined) throw notFound('tag rule of that id');
      const which = { project: params.project, id: known.id, version: ifMatch ?? known.version };
      const outcome = await rules.deleteTagRule({ ...which, by, at: clock() });
      if (outcome === 'absent') throw notFound('tag rule of that id');
      if (outcome === 'stale') throw stale();
      return { status: 204 };
    },
  });
}

/** The terms with the names that they cover. Throws `invalid-request` with what is wrong with them. */
function checked(name: string, wanted: TagRuleTerms): { terms: TagRuleTerms; range: NameRange } {
  const { repositories, tags, kind, roles } = wanted;
  const range = rangeOfPattern(name, repositories);
  if (range === undefined) throw fault('/repositories', "is none of '**', 'a/b', 'a/**' and 'a*'");
  if (parseTagPattern(tags) === undefined) throw fault('/tags', "may have letters, digits, '_', '.', '-', '*' and '?'");
  if (kind === 'protected' && roles.length === 0) throw fault('/roles', 'must name who may change protected tags');
  if (kind === 'immutable' && roles.length > 0) throw fault('/roles', 'must be empty: nobody changes an immutable tag');
  return { terms: { repositories, tags, kind, roles: [...new Set(roles)] }, range };
}

function fault(pointer: string, detail: string): ApiError {
  return new ApiError('invalid-request', { detail: `${pointer}: ${detail}.`, faults: [{ pointer, detail }] });
}

function show({ id: number, createdAt, createdBy, project: _project, roles, ...rest }: TagRule, isTold: boolean): Static<typeof tagRule> {
  return { id: String(number), ...rest, roles: [...roles], createdAt: formatInstant(createdAt), ...(isTold && { createdBy }) };
}
