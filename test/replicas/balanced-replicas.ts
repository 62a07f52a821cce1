import { join } from 'node:path';
import { startHaproxy } from '../tools/haproxy.ts';
import type { LoadBalancer } from '../tools/load-balancer.ts';
import { loopbackEndpoints } from '../tools/loopback-endpoints.ts';
import { startNginx } from '../tools/nginx.ts';
import { Replica } from './replica.ts';

/** Replicas, and two load balancers before all of them. */
export interface BalancedReplicas {
  readonly replicas: readonly Replica[];
  readonly haproxy: LoadBalancer;
  readonly nginx: LoadBalancer;
  /** Kills everything. */
  destroy(): Promise<void>;
}

/** Starts `count` replicas, each with the settings that `envOf` gives it, and haproxy and nginx before them. */
export async function startReplicas(
  count: number,
  directory: string,
  envOf: (index: number) => Record<string, string>,
): Promise<BalancedReplicas> {
  const [first, second, ...endpoints] = loopbackEndpoints(count + 2);
  if (first === undefined || second === undefined) throw new RangeError('There are no addresses.');
  const replicas = endpoints.map((endpoint, index) => new Replica(endpoint, join(directory, `replica${index + 1}`), envOf(index)));
  const kill = () => Promise.all(replicas.map((replica) => replica.kill()));
  try {
    await Promise.all(replicas.map((replica) => replica.start()));
    const [haproxy, nginx] = await Promise.all([startHaproxy(first, endpoints), startNginx(second, endpoints)]);
    return {
      replicas,
      haproxy,
      nginx,
      async destroy() {
        await Promise.all([haproxy.stop(), nginx.stop(), kill()]);
      },
    };
  } catch (error) {
    await kill();
    throw error;
  }
}
