export { openSqliteMetadata } from './sqlite/sqlite-metadata.ts';
export type { SqliteMetadataOptions } from './sqlite/sqlite-metadata.ts';
