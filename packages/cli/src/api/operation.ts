import operations from './operations.json' with { type: 'json' };

/** A value that an operation takes. */
export interface OperationField {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'json';
  readonly required?: boolean;
  /** A list of such values. */
  readonly many?: boolean;
  /** Null means none. */
  readonly nullable?: boolean;
  readonly choices?: readonly string[];
  readonly summary?: string;
}

/** A value outside of the body. */
export interface OperationParameter extends OperationField {
  readonly in: 'path' | 'query' | 'header';
}

/** An operation of the management API; what is here is generated from its description. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** A template, such as `/api/v1/projects/{project}`. */
  readonly path: string;
  readonly summary: string;
  readonly parameters: readonly OperationParameter[];
  /** The members of the body; absent where there is none. */
  readonly body?: readonly OperationField[];
  readonly answer: 'none' | 'json' | 'pages' | 'text' | 'bytes';
}

/** Every operation. */
export const allOperations = operations as readonly Operation[];

const byId = new Map(allOperations.map((one) => [one.id, one]));

/** The operation of this id, which must be one. */
export function operationOf(id: string): Operation {
  const found = byId.get(id);
  if (found === undefined) throw new Error(`the management API has no operation ${id}`);
  return found;
}
