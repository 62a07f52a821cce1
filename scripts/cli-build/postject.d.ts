declare module 'postject' {
  /** Writes a resource into a copy of an executable, and turns the fuse over that says that it is there. */
  export function inject(file: string, resource: string, content: Buffer, options: { readonly sentinelFuse: string }): Promise<void>;
}
