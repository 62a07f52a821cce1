import type { WrittenEntry } from '../../../packages/oci/src/layers/testing/archive.ts';
import type { TestRegistry, TestUser } from '../../protocol/registry-fixture.ts';
import type { Json, Place } from '../../protocol/sample-content.ts';
import { attach, type DemoImage, pushDemoIndex, type Step } from './demo-image.ts';
import { applicationEntries, layerOf, type Package, type Program, systemEntries } from './demo-layers.ts';

/** An image that the demonstration pushes, or promotes from another repository; `daysAgo`: when that is said to have been. */
export interface Release {
  readonly repository: string;
  readonly tags: readonly string[];
  readonly daysAgo: number;
  readonly promotedFrom?: string;
}

const day = 86_400_000;
const platforms = [{ architecture: 'amd64' }, { architecture: 'arm64', variant: 'v8' }] as const;

const packages = (openssl: string, zlib: string): Package[] => [
  ['base-files', '12.4+deb12u8'],
  ['bash', '5.2.15-2+b7'],
  ['ca-certificates', '20230311'],
  ['coreutils', '9.1-1'],
  ['libc6', '2.36-9+deb12u9'],
  ['libssl3', openssl],
  ['openssl', openssl],
  ['zlib1g', zlib],
];
const systems = { older: packages('3.0.14-1~deb12u2', '1:1.2.13.dfsg-1'), newer: packages('3.0.15-1~deb12u1', '1:1.2.13.dfsg-1+b1') };
const runtime = ['NODE_VERSION=24.11.1', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];

/** Pushes releases with what a build leaves in them. `unit`: how many bytes are told as one MiB of the real thing. */
export class DemoImages {
  readonly #registry: TestRegistry;
  readonly #unit: number;
  readonly #layers = new Map<string, Buffer>();

  constructor(registry: TestRegistry, unit: number) {
    this.#registry = registry;
    this.#unit = unit;
  }

  /** A system and a runtime, on which applications are built. */
  async pushBase(by: TestUser, release: Release): Promise<string> {
    const images = platforms.map((platform): DemoImage => {
      const steps = this.#systemSteps(platform.architecture, release.daysAgo);
      return { ...platform, created: instant(release), config: { Env: runtime, Cmd: ['node'] }, steps };
    });
    return pushDemoIndex(this.#place(by, release.repository), release.tags, images, {
      'org.opencontainers.image.title': 'Node.js on Debian',
    });
  }

  /** An application of Node on that base. */
  async pushApplication(by: TestUser, release: Release, dependencies: readonly Package[]): Promise<string> {
    const [version = ''] = release.tags;
    const name = release.repository.split('/').at(-1) ?? '';
    const images = platforms.map((platform): DemoImage => {
      const entries = applicationEntries(name, version, dependencies);
      const program = { name: `srv/app/bundle-${version}-${platform.architecture}.bin`, bytes: Math.round(this.#unit * 2.7) };
      return {
        ...platform,
        created: instant(release),
        steps: [
          ...this.#systemSteps(platform.architecture, release.daysAgo),
          { line: 'WORKDIR /srv/app' },
          { line: 'COPY --chown=1000:1000 . /srv/app # buildkit', layer: layerOf(entries, program) },
          { line: 'USER 1000' },
          { line: 'EXPOSE map[8080/tcp:{}]' },
          { line: 'CMD ["node" "server.js"]' },
        ],
        config: {
          User: '1000',
          WorkingDir: '/srv/app',
          Env: [...runtime, 'NODE_ENV=production', 'PORT=8080'],
          Entrypoint: ['docker-entrypoint.sh'],
          Cmd: ['node', 'server.js'],
          ExposedPorts: { '8080/tcp': {} },
          Labels: { 'com.example.team': 'shop', 'org.opencontainers.image.version': version },
        },
      };
    });
    return pushDemoIndex(this.#place(by, release.repository), release.tags, images, annotationsOf(name, version, release));
  }

  /** A signature, a bill of materials with a signature of its own, and how it was built. */
  async sign(by: TestUser, repository: string, digest: string): Promise<void> {
    const place = this.#place(by, repository);
    const index = { mediaType: 'application/vnd.oci.image.index.v1+json', digest, size: await this.#sizeOf(by, repository, digest) };
    const bundle = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    const predicate = (type: string) => ({ 'dev.sigstore.bundle.content': 'dsse-envelope', 'dev.sigstore.bundle.predicateType': type });
    await attach(place, index, bundle, `signature of ${digest}`, predicate('https://sigstore.dev/cosign/sign/v1'));
    const bill = await attach(place, index, 'application/spdx+json', `{"spdxVersion":"SPDX-2.3","name":"${digest}"}`);
    await attach(place, bill, bundle, `signature of the bill of ${digest}`, predicate('https://sigstore.dev/cosign/sign/v1'));
    await attach(place, index, 'application/vnd.in-toto+json', `provenance of ${digest}`, predicate('https://slsa.dev/provenance/v1'));
  }

  #systemSteps(architecture: string, daysAgo: number): Step[] {
    const age = daysAgo < 30 ? 'newer' : 'older';
    const system = systemEntries(architecture, systems[age]);
    return [
      {
        line: `# debian.sh --arch '${architecture}' out/ 'bookworm'`,
        layer: this.#sharedLayer(system, { name: `usr/lib/system-${architecture}-${age}.so`, bytes: this.#unit * 7 }),
      },
      { line: 'ENV NODE_VERSION=24.11.1' },
      {
        line: 'RUN /bin/sh -c curl -fsSLO "https://nodejs.org/dist/v$NODE_VERSION/node.tar.xz" && tar -xJf node.tar.xz -C /usr # buildkit',
        layer: this.#sharedLayer([], { name: `usr/bin/node-${architecture}`, bytes: this.#unit * 11 }),
      },
    ];
  }

  /** Layers that many images have are made once. */
  #sharedLayer(entries: readonly WrittenEntry[], program: Program): Buffer {
    const layer = this.#layers.get(program.name) ?? layerOf(entries, program);
    this.#layers.set(program.name, layer);
    return layer;
  }

  #place(by: TestUser, repository: string): Place {
    return { client: this.#registry.client, authorization: by.basic, repository };
  }

  async #sizeOf(by: TestUser, repository: string, digest: string): Promise<number> {
    const { headers } = await this.#registry.client.send('HEAD', `/v2/${repository}/manifests/${digest}`, { authorization: by.basic });
    return Number(headers['content-length']);
  }
}

const instant = ({ daysAgo }: Release): string => new Date(Date.now() - daysAgo * day).toISOString();

const annotationsOf = (name: string, version: string, release: Release): Json => ({
  'org.opencontainers.image.created': instant(release),
  'org.opencontainers.image.source': `https://git.example.com/shop/${name}`,
  'org.opencontainers.image.title': name,
  'org.opencontainers.image.version': version,
});
