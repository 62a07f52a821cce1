/** A reverse proxy before several servers, each request to the next one of them. */
export interface LoadBalancer {
  readonly url: string;
  /** Address and port, as in an image reference. */
  readonly host: string;
  /** Everything that it printed. */
  output(): string;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** Where it listens: its own address of the loopback network and a port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** An endpoint as configuration files name it. */
export const hostOf = ({ address, port }: Endpoint): string => `${address}:${port}`;
