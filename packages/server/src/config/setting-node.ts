import type { SettingNotes } from './setting-text.ts';

/** What the schema says of one value, in the words of JSON Schema (2020-12), with the notes of a setting. */
export interface SettingNode extends Partial<SettingNotes> {
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly items?: SettingNode;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SettingNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly anyOf?: readonly SettingNode[];
  readonly oneOf?: readonly SettingNode[];
}

/** What is read of the library's schemas and of the parts of their pipes: the fields of those that the settings use. */
interface Part {
  readonly type: string;
  readonly pipe?: readonly [Part, ...Part[]];
  readonly entries?: Readonly<Record<string, Part>>;
  readonly options?: readonly unknown[];
  readonly wrapped?: Part;
  readonly default?: unknown;
  readonly item?: Part;
  readonly literal?: unknown;
  readonly requirement?: unknown;
  readonly metadata?: unknown;
}

/** Describes a schema by what goes into it. Throws on a sort of schema that no setting had before: say here what it is. */
export function describeSchema(schema: Part): SettingNode {
  const { pipe } = schema;
  if (pipe === undefined) return describePlain(schema);
  const [first, ...parts] = pipe;
  return Object.assign(describeSchema(first), ...parts.map(describePart));
}

function describePlain({ type, entries = {}, options = [], wrapped, item, literal, default: value }: Part): SettingNode {
  if (type === 'optional' && wrapped !== undefined)
    return { ...(value === undefined ? {} : { default: value }), ...describeSchema(wrapped) };
  if (type === 'strict_object') return describeObject(entries);
  if (type === 'array' && item !== undefined) return { type, items: describeSchema(item) };
  if (type === 'string' || type === 'number' || type === 'boolean') return { type };
  if (type === 'any') return {};
  if (type === 'literal') return { type: 'string', const: literal as string };
  if (type === 'picklist') return { type: 'string', enum: options as string[] };
  const variants = () => (options as Part[]).map(describeSchema);
  if (type === 'union') return { anyOf: variants() };
  if (type === 'variant') return { oneOf: variants() };
  throw new Error(`A setting of type ${type} is not described.`);
}

function describeObject(entries: Readonly<Record<string, Part>>): SettingNode {
  const properties = Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, describeSchema(entry)]));
  const required = Object.keys(entries).filter((name) => entries[name]?.type !== 'optional');
  return { type: 'object', properties, additionalProperties: false, ...(required.length === 0 ? {} : { required }) };
}

/** What a part of a pipe adds; a check or a transformation says nothing of its own. */
function describePart({ type, requirement, metadata }: Part): SettingNode {
  if (type === 'metadata') return metadata as SettingNotes;
  if (type === 'integer') return { type };
  if (type === 'min_value') return { minimum: requirement as number };
  if (type === 'max_value') return { maximum: requirement as number };
  if (type === 'min_length') return { minLength: requirement as number };
  return {};
}
