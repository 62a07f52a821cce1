// Who may import whom (docs/architecture.md). Type imports count. Tests and benchmarks may reach across layers, since
// they put real parts together; cycles are refused there too.
const server = '^packages/server/src';
const besideSources = '(\\.test|-bench|-contract)\\.ts$|/(testing|contract)/';
const adapters = ['storage', 'metadata', 'identity', 'access', 'jobs', 'parsing', 'hashing', 'layers', 'outgoing'];

/** One rule: what in `from` must not import `to`. */
const refuse = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: typeof from === 'string' ? { path: from, pathNot: besideSources } : from,
  to,
});

module.exports = {
  forbidden: [
    refuse('no-cycles', 'Two modules that need each other are one module, or miss a third that both can need.', {}, { circular: true }),
    refuse('resolvable', 'The imported file or package does not exist, or no package.json names it.', {}, { couldNotResolve: true }),
    refuse('no-dev-dependency', "What ships needs its own package.json's dependencies and no other package.", '^packages/[^/]+/(src|bin)', {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
    }),
    refuse(
      'oci-stands-alone',
      'packages/oci is pure: no package, no Node module, nothing of this repository.',
      '^packages/oci/src/(?!layers/)',
      { pathNot: '^packages/oci/src/(?!layers/)' },
    ),
    refuse(
      'oci-layers-imports',
      'Layers are unpacked with what Node has for it: no package, no files, no network.',
      '^packages/oci/src/layers',
      {
        pathNot: '^packages/oci/src|^(node:)?(buffer|crypto|events|stream|zlib)$',
      },
    ),
    refuse(
      'cli-is-a-client',
      'The command is a client: it needs what it shares with the console, and yaml; the server is reached through @longshore/server/main.',
      '^packages/cli',
      {
        path: '^packages/|^node_modules/',
        pathNot: '^packages/(cli|oci|api-client|deploy)/|^packages/server/src/main\\.ts$|^node_modules/yaml/',
      },
    ),
    refuse('core-imports', 'registry/ imports only @longshore/oci, node:crypto and node:stream.', `${server}/registry`, {
      pathNot: `${server}/registry|^packages/oci/src|^(node:)?(crypto|stream)(/promises)?$`,
    }),
    ...adapters.map((adapter) =>
      refuse(
        `${adapter}-imports`,
        'An adapter knows the core, packages and what gives memory back, not another adapter and nothing further out.',
        `${server}/${adapter}/`,
        {
          path: server,
          pathNot: `${server}/(${adapter}|registry)/|${server}/processes/give-memory-back\\.ts$`,
        },
      ),
    ),
    refuse('comparing-imports', 'Comparing reads layers by what reads layers; of the rest it knows the core.', `${server}/comparing/`, {
      path: server,
      pathNot: `${server}/(comparing|layers|registry)/`,
    }),
    refuse(
      'transactions-are-sql-alone',
      'A command runs while its transaction holds locks: it must reach nothing that waits for anything but its own statements.',
      `${server}/metadata/commands/`,
      {
        pathNot: `${server}/metadata/(commands/|[^/]+$)|${server}/registry/(ports/|(action-mask|address-spans|failpoints|project-name|robot-name|repository-pattern|tag-pattern)\\.ts$)|^packages/oci/src`,
      },
    ),
    refuse('http-imports', 'HTTP speaks for the core; adapters are handed to it by compose.ts.', `${server}/http/`, {
      path: server,
      pathNot: `${server}/(http|registry)/|${server}/management/[^/]+$`,
    }),
    refuse(
      'management-imports',
      'An operation is data and a call of the core: it knows neither HTTP nor an adapter, and no package but typebox.',
      `${server}/management/`,
      { pathNot: `${server}/(management|registry)/|^packages/oci/src|(^|/)node_modules/typebox/|^(node:)?crypto$` },
    ),
    refuse('api-client-is-a-client', 'The client of the management API needs no server.', '^packages/api-client', {
      path: '^packages/',
      pathNot: '^packages/api-client/',
    }),
    refuse(
      'console-is-a-client',
      'The console speaks the management API alone: it needs its client, and what it shares with the command.',
      '^packages/console/src',
      { path: '^packages/', pathNot: '^packages/(console|api-client|deploy)/' },
    ),
    refuse(
      'areas-apart',
      'An area of the console is loaded alone: what two need is a widget, or of api/ or i18n/.',
      { path: '^packages/console/src/areas/([^/]+)/' },
      { path: '^packages/console/src/(areas/[^/]+|app)/', pathNot: '^packages/console/src/areas/$1/' },
    ),
    refuse('widgets-inward', 'Widgets, texts and the client know no page.', '^packages/console/src/(widgets|i18n|api)/', {
      path: '^packages/console/src/(areas|app)/',
    }),
    refuse('deploy-stands-alone', 'packages/deploy is pure: it turns choices into text, in a browser as well.', '^packages/deploy/src', {
      pathNot: '^packages/deploy/src|(^|/)node_modules/yaml/',
    }),
    refuse('data-path-imports', 'http/v2 runs on node:http alone: no npm package but @longshore/oci.', `${server}/http/v2/`, {
      path: '(^|/)node_modules/',
    }),
    refuse(
      'feature-imports',
      'A feature knows the core and the door (features/feature.ts), not HTTP and no adapter.',
      `${server}/features/[^/]+/`,
      {
        path: server,
        pathNot: `${server}/(registry/|management/[^/]+$|features/feature\\.ts$|features/[^/]+/)`,
      },
    ),
    refuse(
      'features-apart',
      'A feature never imports another feature.',
      { path: `${server}/features/([^/]+)/`, pathNot: besideSources },
      { path: `${server}/features/[^/]+/`, pathNot: `${server}/features/$1/` },
    ),
    refuse('config-imports', 'config/ knows nothing of what it configures.', `${server}/config/`, {
      path: server,
      pathNot: `${server}/config/`,
    }),
    refuse('processes-imports', 'processes/ keeps processes alive and knows nothing of what they do.', `${server}/processes/`, {
      path: server,
      pathNot: `${server}/(processes|registry|config)/`,
    }),
    refuse('observability-imports', 'observability/ knows the core at most.', `${server}/observability/`, {
      path: server,
      pathNot: `${server}/(observability|registry)/`,
    }),
    refuse(
      'composition-is-outermost',
      'Only main.ts and commands/ may import what builds objects.',
      `${server}/(?!main\\.ts$|commands/|compose[a-z-]*\\.ts$)`,
      {
        path: `${server}/(compose[a-z-]*|open-backends)\\.ts$`,
      },
    ),
    refuse('commands-are-outermost', 'Only main.ts may import commands/.', `${server}/(?!main\\.ts$|commands/)`, {
      path: `${server}/commands/`,
    }),
    refuse('main-is-outermost', 'Nobody imports main.ts but the longshore command.', '^packages/(?!cli/)', {
      path: `${server}/main\\.ts$`,
    }),
  ],
  options: {
    exclude: { path: '^packages/console/dist' },
    doNotFollow: { path: '(^|/)node_modules/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
