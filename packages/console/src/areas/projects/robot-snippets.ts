/** Lines that use a robot somewhere, with the name of the place. */
export interface RobotSnippet {
  readonly key: 'docker' | 'kubernetes' | 'github' | 'gitlab';
  readonly text: string;
}

/**
 * How a robot logs in, ready to paste. `host`: as clients write it. Without `secret` the lines read it from the variable `LONGSHORE_SECRET`;
 * pipelines always do, since what they run is kept where many read it.
 */
export function robotSnippets({ host, userName, secret }: { host: string; userName: string; secret?: string }): readonly RobotSnippet[] {
  const value = secret === undefined ? '"$LONGSHORE_SECRET"' : `'${secret}'`;
  const login = (from: string) => `printf %s ${from} | docker login ${host} --username ${userName} --password-stdin`;
  // Kubernetes takes no underscores in names.
  const name = `${userName.split('+').slice(1).join('-').replaceAll('_', '-')}-pull`;
  return [
    { key: 'docker', text: login(value) },
    {
      key: 'kubernetes',
      text: [
        `kubectl create secret docker-registry ${name} \\`,
        `  --docker-server=${host} --docker-username=${userName} \\`,
        `  --docker-password=${value}`,
        `kubectl patch serviceaccount default -p '{"imagePullSecrets": [{"name": "${name}"}]}'`,
      ].join('\n'),
    },
    {
      key: 'github',
      text: [
        '- uses: docker/login-action@v3',
        '  with:',
        `    registry: ${host}`,
        `    username: ${userName}`,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is GitHub that puts the value there.
        '    password: ${{ secrets.LONGSHORE_SECRET }}',
      ].join('\n'),
    },
    { key: 'gitlab', text: ['before_script:', `  - ${login('"$LONGSHORE_SECRET"')}`].join('\n') },
  ];
}
