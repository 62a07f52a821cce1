import * as v from 'valibot';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';

/** A setting that says where to listen; it is not this when it is no `ListenAddress`. */
export const listen = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): ListenAddress => {
    const address = parseListenAddress(dataset.value);
    if (address !== undefined) return address;
    addIssue();
    return NEVER;
  }),
);
