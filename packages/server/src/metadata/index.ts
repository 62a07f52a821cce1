export { openSqliteMetadata } from './sqlite/sqlite-metadata.ts';
export type { SqliteMetadataOptions } from './sqlite/sqlite-metadata.ts';
export { openPostgresMetadata } from './postgres/postgres-metadata.ts';
export type { PostgresMetadataOptions } from './postgres/postgres-pool.ts';
