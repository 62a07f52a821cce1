/**
 * What each answer must be, written by hand from what the guides promise (docs/guides/tenants.md, robots.md, promotion.md): nothing here
 * comes from the server's code, so that the two can disagree.
 */

export const roles = table(`
role            pull  list  push  update  delete  promote  configure  audit  administer
reader          yes   yes   -     -       -       -        -          -      -
creator         yes   yes   yes   -       -       -        -          -      -
writer          yes   yes   yes   yes     -       -        -          -      -
maintainer      yes   yes   yes   yes     yes     yes      yes        yes    -
owner           yes   yes   yes   yes     yes     yes      yes        yes    yes
puller          yes   -     -     -       -       -        -          -      -
lister          -     yes   -     -       -       -        -          -      -
pusher          -     -     yes   -       -       -        -          -      -
mover           yes   -     -     yes     -       -        -          -      -
deleter         -     -     -     -       yes     -        -          -      -
promoter        yes   -     -     -       -       yes      -          -      -
ruler           -     yes   -     -       -       -        yes        -      -
auditor         -     -     -     -       -       -        -          yes    -
warden          -     yes   -     -       -       -        -          -      yes
`);

/** Which repositories a binding is about, by their paths below the project; `project`: what is of the project as a whole. */
const patterns = table(`
pattern   in/app  inner/app  out/app  project
**        yes     yes        yes      yes
in*       yes     yes        -        -
in/**     yes     -          -        -
in/app    yes     -          -        -
`);

/** What may be read without a role: robots hold what they were given, and see beside that what everybody sees. */
const openness = table(`
visibility  anonymous  user  robot
public      yes        yes   yes
internal    -          yes   -
private     -          -     -
`);

/** What rules over tags answer to whoever has the right. `roles`: only holders of the rule's roles, and administrators; 403 to others. */
const tagRules = table(`
rule        create  change
none        yes     yes
immutable   yes     409
protected   roles   roles
`);

/** The roles that every protecting rule names. */
export const protectors = ['maintainer', 'mover'];

/** What is asked, by which interface and of what; which rights it takes, on the source of a copy too; what a rule says; the good answer. */
export const actions = table(`
action                        by   of          needs                 source  rule    answer
pull a manifest by tag        v2   repository  pull                  -       -       200
pull a manifest by digest     v2   repository  pull                  -       -       200
look at a manifest            v2   repository  pull                  -       -       200
pull a blob                   v2   repository  pull                  -       -       200
look at a blob                v2   repository  pull                  -       -       200
list tags                     v2   repository  pull                  -       -       200
list referrers                v2   repository  pull                  -       -       200
push a blob                   v2   repository  push                  -       -       201
push a new tag                v2   repository  push                  -       create  201
move a tag                    v2   repository  push update           -       change  201
delete a tag                  v2   repository  delete                -       change  202
delete a manifest             v2   repository  delete                -       change  202
mount a blob                  v2   repository  push                  pull    -       201
read the repository           api  repository  list                  -       -       200
read tags                     api  repository  list                  -       -       200
read history of a tag         api  repository  list                  -       -       200
read manifests                api  repository  pull                  -       -       200
delete a tag by the API       api  repository  delete                -       change  204
restore a tag                 api  repository  update                -       change  200
promote                       api  repository  promote               pull    change  201
read the project              api  project     list                  -       -       200
read its repositories         api  project     list                  -       -       200
read its tag rules            api  project     list                  -       -       200
read its quota                api  project     pull                  -       -       200
read its retention            api  project     configure             -       -       200
read its webhooks             api  project     configure             -       -       200
add a tag rule                api  project     configure             -       -       201
read its audit log            api  project     audit                 -       -       200
read its robots               api  project     administer            -       -       200
read its members              api  project     administer            -       -       200
change the project            api  project     administer            -       -       200
give the role reader          api  project     administer pull list  -       -       201
read users                    api  registry    administer            -       -       200
read groups                   api  registry    administer            -       -       200
read robots of the registry   api  registry    administer            -       -       200
read the whole audit log      api  registry    audit                 -       -       200
raise a quota                 api  registry    administer            -       -       412
`);

/** A role on some repositories of a project; of all projects when it names none. */
export interface Holding {
  readonly project: string | undefined;
  readonly pattern: string;
  readonly role: string;
}

/** Who asks. `gone`: disabled or expired, with credentials that were good once. */
export interface Asker {
  readonly kind: 'anonymous' | 'user' | 'robot' | 'administrator' | 'gone';
  readonly holds: readonly Holding[];
}

export interface Question {
  readonly asker: Asker;
  readonly action: string;
  readonly project: { readonly name: string; readonly visibility: string };
  /** The path below the project, and that of the source of mounts and promotions. */
  readonly path: string;
  readonly sourcePath: string;
  readonly rule: string;
}

/** The status that the question must be answered with. */
export function expectedStatus(question: Question): number {
  const { asker, action, path, sourcePath, rule } = question;
  const asked = actions[action] ?? {};
  const of = asked['of'] === 'repository' ? path : (asked['of'] ?? '');
  const mayRead = asked['source'] === '-' || may(question, asked['source'] ?? '', sourcePath);
  if (asker.kind === 'gone') return 401;
  if (asker.kind === 'anonymous' && action === 'promote') return 401;
  if (action === 'promote' && !mayRead) return refusal(question, 'api', sourcePath);
  if (!(asked['needs'] ?? '').split(' ').every((right) => may(question, right, of))) return refusal(question, asked['by'] ?? '', of);
  // What cannot be mounted is uploaded: the answer is where to.
  if (action === 'mount a blob' && !mayRead) return 202;
  const verdict = asked['rule'] === '-' ? 'yes' : tagRules[rule]?.[asked['rule'] ?? ''];
  if (verdict === '409') return 409;
  if (verdict === 'roles' && asker.kind !== 'administrator' && !held(question, path).some((role) => protectors.includes(role))) return 403;
  return Number(asked['answer']);
}

/** Clients of /v2/ hear 401 when they have not logged in, else 403; the API hides what may not be listed. */
function refusal(question: Question, by: string, of: string): number {
  if (question.asker.kind === 'anonymous') return 401;
  return by === 'v2' || of === 'registry' || may(question, 'list', of) ? 403 : 404;
}

/** Whether the asker has a right on a path, on the `project` as a whole, or on the `registry`. */
export function may(question: Pick<Question, 'asker' | 'project'>, right: string, of: string): boolean {
  const { asker, project } = question;
  if (asker.kind === 'administrator') return true;
  if (asker.kind === 'gone' || (asker.kind === 'robot' && right === 'administer')) return false;
  if (held(question, of, right === 'list').some((role) => roles[role]?.[right] === 'yes')) return true;
  return of !== 'registry' && ['pull', 'list'].includes(right) && openness[project.visibility]?.[asker.kind] === 'yes';
}

/** The roles that cover it. A project is there for whoever may list any part of it. */
function held({ asker, project }: Pick<Question, 'asker' | 'project'>, of: string, anyPart = false): string[] {
  const covers = (holding: Holding) => {
    if (holding.project === undefined) return true;
    if (holding.project !== project.name || of === 'registry') return false;
    return (of === 'project' && anyPart) || patterns[holding.pattern]?.[of] === 'yes';
  };
  return asker.holds.filter(covers).map(({ role }) => role);
}

/** Rows by their first cell, cells by their column; two spaces part them. */
function table(text: string): Record<string, Record<string, string>> {
  const [header = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  return Object.fromEntries(
    rows.map(([name = '', ...cells]) => [name, Object.fromEntries(cells.map((cell, at) => [header[at + 1], cell]))]),
  );
}
