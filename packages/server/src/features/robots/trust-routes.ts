import Type from 'typebox';
import { id } from '../../management/names.ts';
import { listed, listOf, pageOf, pageQuery } from '../../management/paging.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { RobotDeps } from './robot-operations.ts';
import { requireRobot } from './robot-operations.ts';
import { askerOf, keyOf, type Place, places, robotId } from './robot-routes.ts';
import { madeTrust, newTrust, showTrust, trust, trustTrial, trustTrialAnswer } from './trust-bodies.ts';
import { createTrust, deleteTrust, tryTrusts } from './trust-operations.ts';

/** `.../robots/{robot}/trusts`: whose tokens and certificates a robot takes for itself. */
export function trustRoutes(deps: RobotDeps): Route[] {
  return places.flatMap((place) => routesAt(deps, place));
}

function routesAt(deps: RobotDeps, { path, params, noun, of, needs }: Place): Route[] {
  const common = { path: `${path}/{robot}/trusts`, tag: 'robots', needs, params: { ...params, ...robotId } };
  return [
    defineRoute({
      ...common,
      method: 'GET',
      operationId: `list${noun}Trusts`,
      summary: `Whose tokens and certificates a robot of ${of} takes for itself, the oldest first; there are few`,
      query: pageQuery,
      responses: { 200: listOf(trust) },
      handle: async (request) => {
        await requireRobot(deps, keyOf(request));
        const { after = 0, limit } = pageOf(request, Type.Integer({ minimum: 0 }));
        const found = await deps.trusts.listRobotTrusts(keyOf(request));
        const behind = found.filter((one) => one.id > after);
        const page = { items: behind.slice(0, limit), more: behind.length > limit };
        return listed(request, page, (one) => one.id, showTrust);
      },
    }),
    defineRoute({
      ...common,
      method: 'POST',
      operationId: `create${noun}Trust`,
      summary: `Lets whoever has a token or certificate that a rule is true of act as a robot of ${of}`,
      body: newTrust,
      problems: ['forbidden', 'conflict'],
      responses: { 201: madeTrust },
      handle: async (request) => {
        const made = await createTrust(deps, askerOf(request), keyOf(request), request.body);
        return { status: 201, body: { trust: showTrust(made.trust), warnings: [...made.warnings] } };
      },
    }),
    defineRoute({
      ...common,
      method: 'DELETE',
      path: `${common.path}/{trust}`,
      operationId: `delete${noun}Trust`,
      summary: `Ends a trust of a robot of ${of}, and the logins and tokens that came of it`,
      params: { ...common.params, trust: id },
      responses: { 204: null },
      handle: async (request) => {
        await deleteTrust(deps, askerOf(request), keyOf(request), Number((request.params as { trust: string }).trust));
        return { status: 204 };
      },
    }),
    defineRoute({
      ...common,
      method: 'POST',
      path: `${common.path}/check`,
      operationId: `check${noun}Trusts`,
      summary: `Tells which trusts of a robot of ${of} are true of claims, and tries a rule before it is stored`,
      body: trustTrial,
      responses: { 200: trustTrialAnswer },
      handle: async (request) => ({ status: 200, body: await tryTrusts(deps, keyOf(request), request.body) }),
    }),
  ];
}
