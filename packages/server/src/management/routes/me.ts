import Type from 'typebox';
import { defineRoute, type Route } from '../route.ts';

/** Who the caller is. */
const me = Type.Object(
  {
    kind: Type.Enum(['user', 'robot', 'kubernetes']),
    name: Type.String(),
    administrator: Type.Boolean(),
    csrfToken: Type.Optional(
      Type.String({ description: 'With a session of a browser: what `X-CSRF-Token` must say with everything that changes something.' }),
    ),
    credential: Type.String({
      description:
        'What the request was authenticated with: `password`, `access-token:17`, `robot:4`, `kubernetes:prod`, `session:password`.',
    }),
  },
  { $id: 'Me' },
);

/** `/me`. */
export function meRoutes(): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/me',
      operationId: 'getMe',
      summary: 'Who you are',
      tag: 'me',
      needs: 'signed-in',
      responses: { 200: me },
      handle: async ({ principal: { subject, credential, proof } }) => {
        if (subject.kind === 'anonymous') throw new TypeError('nobody is signed in');
        const administrator = subject.kind === 'user' && subject.administrator;
        const csrfToken = proof !== undefined && 'session' in proof ? proof.session?.csrfToken : undefined;
        const who = { kind: subject.kind, name: subject.name, administrator, credential };
        return { status: 200, body: { ...who, ...(csrfToken !== undefined && { csrfToken }) } };
      },
    }),
  ];
}
