import type { BucketAddress } from './bucket-address.ts';
import type { ServiceClock } from './service-clock.ts';
import type { Identity, SignedRequest, Signer } from './signature.ts';

/** What links are made of. */
export interface LinkDeps {
  /** Where clients reach the bucket, which may be elsewhere than where we do. */
  readonly address: BucketAddress;
  readonly signer: Signer;
  readonly clock: ServiceClock;
  readonly identity: () => Promise<Identity>;
  /** How long a link is good; with keys that expire no longer than these. */
  readonly seconds: number;
}

/** Addresses at which whoever has them may read one object, for a while. They are secrets: nothing may log them. */
export class ObjectLinks {
  readonly #deps: LinkDeps;
  readonly #query: SignedRequest['query'];

  /** `contentType`: what the service is to call the bytes. */
  constructor(deps: LinkDeps, contentType: string) {
    this.#query = [['response-content-type', contentType]];
    this.#deps = deps;
  }

  /** Makes one; nobody is asked whether there is such an object. */
  async to(key: string): Promise<string> {
    const { address, signer, clock, identity, seconds } = this.#deps;
    const request = {
      method: 'GET',
      host: address.host,
      path: address.pathOf(key),
      query: this.#query,
    } as const;
    return `${address.protocol}//${address.host}${signer.address(request, seconds, await identity(), clock.now())}`;
  }
}
