import type { CallOperation } from '../../api/call-operation.ts';
import type { Surroundings } from '../../command.ts';

/** A command over one operation of the management API, as data; arguments and flags come from what the operation takes. */
export interface ApiRow {
  readonly name: string;
  /** The operation; two where `--project` chooses between the registry's and a project's own. */
  readonly call: string | readonly [ofRegistry: string, ofProject: string];
  /** Said instead of the operation's own summary. */
  readonly summary?: string;
  /** Members of the body and of the query that are given as words, behind what the path names. */
  readonly words?: readonly string[];
  /** What the path names as a user is the caller unless it is said. */
  readonly ownUser?: boolean;
  /** Other names of flags, by field. */
  readonly flagNames?: Readonly<Record<string, string>>;
  /** Columns of the table, by member of an entry. */
  readonly columns?: readonly string[];
  /** The member that names a thing, for `-o name`; `name` unless said. */
  readonly named?: string;
  /** A list in the answer, which stands for all of it where people read, with `columns`. */
  readonly lists?: string;
  /** A text in the answer, which stands for all of it where people read. */
  readonly prints?: string;
  /** What is lost for good, as a sentence: asked before, see `lossQuestion`. */
  readonly loses?: string;
  /** The operation that shows what is about to be lost. */
  readonly shows?: string;
  /** `--wait` follows the jobs that it starts. */
  readonly waits?: boolean;
  /** The list that is asked before, until the layers have been read that this looks into. */
  readonly reads?: string;
  /** `--platform` says which image of an index is meant. */
  readonly ofPlatform?: boolean;
  /** Answers the operation for a registry that is no Longshore, from what every registry has. */
  readonly elsewhere?: (surroundings: Surroundings) => Promise<CallOperation>;
  /** Members of the body that are given in another form. */
  readonly special?: 'member' | 'robot';
  readonly examples: readonly string[];
}
