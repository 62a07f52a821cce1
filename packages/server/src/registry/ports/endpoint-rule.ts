/** Looks a name up for a connection, as `lookup` of `node:net` is called. */
export type NameLookup = (
  name: string,
  options: { readonly all?: boolean | undefined },
  answer: (error: Error | null, address: string | { address: string; family: number }[], family?: number) => void,
) => void;

/**
 * How a server is connected to whose address not the administrator named but a document of somebody outside, such as the endpoints of an
 * identity provider: options for the request. What must not be reached is refused, here or by the look-up, with an error that says what to do.
 */
export type EndpointRule = (url: URL) => { readonly lookup?: NameLookup; readonly agent?: false };
