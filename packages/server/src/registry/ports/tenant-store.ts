import type { RepositoryName } from '@longshore/oci';
import type { AddressLimits } from '../address-spans.ts';
import type { ProjectVisibility } from './access.ts';
import type { Agent } from './agent.ts';
import type { Visibility } from './authorizer.ts';
import type { Listed, Millis, UploadSession } from './content-store.ts';
import type { TagRefusal } from './tag-refusal.ts';

/** What a project is for; promotion leads from one to the next. */
export const environments = ['dev', 'test', 'prod'] as const;
export type Environment = (typeof environments)[number];

/** What whoever administers a project decides about it. */
export interface TenantSettings extends AddressLimits {
  readonly description: string | undefined;
  readonly visibility: ProjectVisibility;
  readonly environment: Environment | undefined;
  /** Name of the project that comes next in its chain. */
  readonly promotesTo: string | undefined;
  /** Content of a temporary project goes so long after its push. */
  readonly expireAfterHours: number | undefined;
}

/** A project as its tenant knows it. */
export interface Tenant extends TenantSettings {
  readonly id: number;
  readonly name: string;
  /** Name of the store that it lives on. */
  readonly store: string;
  /** What it is charged for: its blobs, each once, and the manifests of its repositories. */
  readonly sizeBytes: number;
  readonly createdAt: Millis;
  readonly createdBy: string;
  readonly updatedAt: Millis;
  /** Rises with every change of settings. */
  readonly version: number;
}

/** Only what is named is shown. `prefix`: how the name begins. */
export interface TenantFilter {
  readonly visibility?: ProjectVisibility | undefined;
  readonly environment?: Environment | undefined;
  readonly prefix?: string | undefined;
}

/** The order of a list, and behind which entry it goes on. */
export type TenantOrder =
  | { readonly by: 'name'; readonly after: string | undefined }
  | { readonly by: 'newest'; readonly after: { readonly createdAt: Millis; readonly id: number } | undefined };

/** What a deletion takes along. */
export interface Losses {
  readonly repositories: number;
  readonly tags: number;
  readonly sizeBytes: number;
}

/**
 * Why settings are refused: no project of that name is there to promote to; the chain would come back to where it begins; whoever
 * changes the limits of addresses would be kept out by them, and is no administrator.
 */
export type SettingsRefusal = 'unknown-target' | 'circular-chain' | 'closes-caller';

export type DeletionOutcome =
  | { readonly outcome: 'deleted'; readonly lost: Losses }
  /** Nothing was deleted: there is content, and nobody said that it may go. */
  | { readonly outcome: 'has-content'; readonly lost: Losses }
  | { readonly outcome: 'absent' | 'stale' };

/** What a deleted project or repository leaves for later, by the id that it had. */
export type Remains = { readonly projectId: number } | { readonly repositoryId: number };

/** Projects, from their creation to the last row that a deletion leaves. */
export interface TenantStore {
  /** `promotesTo` is left out where `visibility` (everything) does not show that project; so it is in lists. */
  findTenant(name: string, visibility?: Visibility): Promise<Tenant | undefined>;
  listTenants(visibility: Visibility, filter: TenantFilter, order: TenantOrder, limit: number): Promise<Listed<Tenant>>;
  /** A user who creates one owns it. */
  createTenant(input: {
    name: string;
    store: string;
    settings: TenantSettings;
    by: Agent;
    at: Millis;
  }): Promise<'created' | 'name-taken' | SettingsRefusal>;
  /** Changes what is given, of that version unless it is undefined. */
  updateTenant(input: {
    name: string;
    version: number | undefined;
    settings: Partial<TenantSettings>;
    by: Agent;
    at: Millis;
  }): Promise<'updated' | 'absent' | 'stale' | SettingsRefusal>;
  /**
   * The project with all that is in it is invisible from here on and its name is free: whoever takes it begins with nothing. What it leaves is
   * removed by the job `remove-deleted`, which is put in the queue in the same transaction.
   */
  deleteTenant(input: { name: string; version: number | undefined; force: boolean; by: Agent; at: Millis }): Promise<DeletionOutcome>;
  /** The same for one repository, unless a rule keeps one of its tags from whoever deletes it. */
  deleteRepository(input: { repository: RepositoryName; by: Agent; at: Millis }): Promise<DeletionOutcome | TagRefusal>;
  /** What a deletion of the repository would take along now; undefined: there is none of that name. */
  findRepositoryLosses(repository: RepositoryName): Promise<Losses | undefined>;
  /** Removes a batch of what a deletion left; `gone` when that was all. Uploads must have been ended before. */
  removeRemains(input: Remains): Promise<'more' | 'gone'>;
  /** Uploads into what was deleted, up to 100. */
  listUploadsOfDeleted(remains: Remains): Promise<UploadSession[]>;
}
