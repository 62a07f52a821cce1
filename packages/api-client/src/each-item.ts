/** A page of any list. */
interface ListPage<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/**
 * Every entry of a list, page by page, each asked for when it is needed. `ask` gets the cursor to put into the query:
 * `eachItem((at) => api.GET('/api/v1/users', { params: { query: { ...at } } }))`.
 */
export async function* eachItem<T>(ask: (at: { cursor?: string }) => Promise<{ data?: ListPage<T> }>): AsyncGenerator<T, void> {
  let at: { cursor?: string } | undefined = {};
  while (at !== undefined) {
    const { data } = await ask(at);
    if (data === undefined) return;
    yield* data.items;
    at = data.next === undefined ? undefined : { cursor: data.next };
  }
}
