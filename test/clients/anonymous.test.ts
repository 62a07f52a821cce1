import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { createClientHome } from './client-home.ts';
import { type ClientRegistry, useClientRegistry } from './client-registry.ts';
import { assertSameLayout } from './oci-layout.ts';
import { type RealImages, realImages } from './real-images.ts';

describe('without login', () => {
  const closed = useClientRegistry();
  const open = useClientRegistry('--anonymous', 'pull');

  test('nothing is pulled from a registry that wants a login', async (t) => {
    if (requirePrograms(t, 'skopeo', 'crane') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const source = await push(closed(), images);
    const home = await createClientHome();
    t.after(home.remove);
    const skopeo = await home.try('skopeo', pull(source, home.path('pulled')));
    assert.notEqual(skopeo.code, 0, 'skopeo pulled without login');
    assert.match(skopeo.stderr, /unauthorized|authentication required|denied/i);
    const crane = await home.try('crane', ['manifest', source]);
    assert.notEqual(crane.code, 0, 'crane pulled without login');
    assert.match(crane.stderr, /unauthorized|denied/i);
  });

  test('everybody pulls, and nobody pushes, where anonymous pull is on', async (t) => {
    if (requirePrograms(t, 'skopeo', 'crane', 'regctl') === undefined) return;
    const images = await realImages(t);
    if (images === undefined) return;
    const source = await push(open(), images);
    const home = await createClientHome();
    t.after(home.remove);
    await home.run('skopeo', pull(source, home.path('skopeo')));
    await assertSameLayout(home.path('skopeo'), images.index);
    await home.run('crane', ['pull', '--format=oci', source, home.path('crane')]);
    await assertSameLayout(home.path('crane'), images.index);
    await home.run('regctl', ['registry', 'set', '--skip-check', '--tls', 'disabled', open().host]);
    await home.run('regctl', ['image', 'copy', source, `ocidir://${home.path('regctl')}:small`]);
    await assertSameLayout(home.path('regctl'), images.index);

    const pushed = await home.try('crane', ['push', '--index', images.index, open().reference('clients/anonymous:pushed')]);
    assert.notEqual(pushed.code, 0, 'crane pushed without login');
    assert.match(pushed.stderr, /unauthorized|denied/i);
  });
});

/** Pushes the small index as the administrator. */
async function push({ home, reference }: ClientRegistry, images: RealImages): Promise<string> {
  const target = reference('clients/anonymous:small');
  await home.run('skopeo', [...copy, '--dest-tls-verify=false', `oci:${images.index}:small`, `docker://${target}`]);
  return target;
}

const copy = ['--insecure-policy', 'copy', '-q', '--all'];

function pull(source: string, layout: string): string[] {
  return [...copy, '--src-tls-verify=false', `docker://${source}`, `oci:${layout}:small`];
}
