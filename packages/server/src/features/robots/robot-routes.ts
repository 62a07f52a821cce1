import Type from 'typebox';
import { id, projectName } from '../../management/names.ts';
import { listed, listOf, pageOf, pageQuery } from '../../management/paging.ts';
import type { Needs, Parameters, Route, RouteRequest } from '../../management/route.ts';
import { defineRoute } from '../../management/route.ts';
import type { RobotKey } from '../../registry/ports/robot-store.ts';
import { newRobot, robot, robotChanges, robotWithSecret, rotation, showRobot } from './robot-bodies.ts';
import type { RobotDeps } from './robot-operations.ts';
import { createRobot, deleteRobot, requireRobot, rotateSecret, updateRobot } from './robot-operations.ts';

/** Where robots live: below a project, or in the registry. */
export interface Place {
  readonly path: string;
  readonly params: Parameters;
  /** What the operations are called after. */
  readonly noun: 'Robot' | 'ProjectRobot';
  readonly of: string;
  readonly needs: Exclude<Needs<Record<string, unknown>>, string>;
}

/** Both of them. */
export const places: readonly Place[] = [
  {
    path: '/projects/{project}/robots',
    params: { project: projectName },
    noun: 'ProjectRobot',
    of: 'a project',
    needs: { action: 'administer', on: ({ project }) => ({ kind: 'project', name: String(project) }) },
  },
  {
    path: '/robots',
    params: {},
    noun: 'Robot',
    of: 'the registry',
    needs: { action: 'administer', on: () => ({ kind: 'registry' }) },
  },
];

const tag = 'robots';
/** The parameter that names a robot. */
export const robotId = { robot: id };

/** `/projects/{project}/robots` and `/robots`: the same operations on the robots of a project and of the registry. */
export function robotRoutes(deps: RobotDeps): Route[] {
  return places.flatMap((place) => [...routesOfAll(deps, place), ...routesOfOne(deps, place)]);
}

function routesOfAll(deps: RobotDeps, { path, params, noun, of, needs }: Place): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path,
      operationId: `list${noun}s`,
      summary: `The robots of ${of}, by name, with last use and expiry`,
      tag,
      needs,
      params,
      query: pageQuery,
      responses: { 200: listOf(robot) },
      handle: async (request) => {
        const { after, limit } = pageOf(request, Type.String());
        const page = await deps.robots.listRobots(parentOf(request), { limit, after });
        return listed(
          request,
          page,
          ({ name }) => name,
          (found) => showRobot(found, deps.now()),
        );
      },
    }),
    defineRoute({
      method: 'POST',
      path,
      operationId: `create${noun}`,
      summary: `Makes a robot of ${of}; the answer has its secret, this once`,
      tag,
      needs,
      params,
      body: newRobot,
      problems: ['name-taken', 'forbidden'],
      responses: { 201: robotWithSecret },
      handle: async (request) => {
        const made = await createRobot(deps, askerOf(request), parentOf(request), request.body);
        const location = `/api/v1${path.replace('{project}', String(made.robot.project))}/${made.robot.id}`;
        return {
          status: 201,
          location,
          version: made.robot.version,
          body: { robot: showRobot(made.robot, deps.now()), secret: made.secret },
        };
      },
    }),
  ];
}

function routesOfOne(deps: RobotDeps, place: Place): Route[] {
  const { path, noun, of, needs } = place;
  const common = { path: `${path}/{robot}`, tag, needs, params: { ...place.params, ...robotId } };
  return [
    defineRoute({
      ...common,
      method: 'GET',
      operationId: `get${noun}`,
      summary: `A robot of ${of}`,
      responses: { 200: robot },
      handle: async (request) => show(await requireRobot(deps, keyOf(request))),
    }),
    defineRoute({
      ...common,
      method: 'PATCH',
      operationId: `update${noun}`,
      summary: `Changes a robot of ${of}; permissions are replaced as a whole`,
      body: robotChanges,
      ifMatch: 'required',
      problems: ['forbidden'],
      responses: { 200: robot },
      handle: async (request) => show(await updateRobot(deps, askerOf(request), keyOf(request), request.ifMatch, request.body)),
    }),
    defineRoute({
      ...common,
      method: 'DELETE',
      operationId: `delete${noun}`,
      summary: `Removes a robot of ${of}; its logins and tokens end at once`,
      ifMatch: 'optional',
      responses: { 204: null },
      handle: async (request) => {
        await deleteRobot(deps, askerOf(request), keyOf(request), request.ifMatch);
        return { status: 204 };
      },
    }),
    defineRoute({
      ...common,
      method: 'POST',
      path: `${path}/{robot}/rotate`,
      operationId: `rotate${noun}Secret`,
      summary: `Gives a robot of ${of} a new secret, shown this once; the one before stays good for a while`,
      body: rotation,
      problems: ['forbidden'],
      responses: { 200: robotWithSecret },
      handle: async (request) => {
        const { robot: found, secret } = await rotateSecret(deps, askerOf(request), keyOf(request), request.body.overlapSeconds);
        return { status: 200, version: found.version, body: { robot: showRobot(found, deps.now()), secret } };
      },
    }),
  ];

  function show(found: Awaited<ReturnType<typeof requireRobot>>) {
    return { status: 200 as const, version: found.version, body: showRobot(found, deps.now()) };
  }
}

/** Who sends a request. */
export function askerOf({ principal, by }: RouteRequest) {
  return { subject: principal.subject, by };
}

function parentOf({ params }: RouteRequest): string | undefined {
  const { project } = params as { project?: string };
  return project;
}

/** The robot that a request names, through its parent. */
export function keyOf(request: RouteRequest): RobotKey {
  return { project: parentOf(request), id: Number((request.params as { robot: string }).robot) };
}
