import type { Page } from 'playwright-core';

/** Names that Chinese leaves as they are: products, protocols, formats, and what is typed. */
const names = new Set(
  [
    'Longshore Docker docker Kubernetes kubectl containerd podman Podman crictl Helm Kustomize cosign oras skopeo GitHub GitLab Actions CI CD npm Python gem deb rpm apk',
    'API OCI JSON YAML CSV SBOM TLS HTTP HTTPS TCP UDP URL CIDR CPU ID IP ETag Cookie cron Webhook CloudEvents Blob blob GiB MiB KiB TiB Chart CEL Common Expression Language values',
    'Deployment StatefulSet CronJob Service Secret Pod Ingress ServiceAccount root artifactType claims null off login insecure registries',
    'Chrome Firefox Safari Edge Opera English UTC GMT SQLite PostgreSQL nerdctl ctr PATH PORT create secret',
    // In descriptions of settings, and values that they take.
    'ACME Let Encrypt TXT https mTLS CRL PEM CN manifest GET HEAD TB OpenID Connect RBAC RFC LDAP Active Directory',
    'users nobody full relaxed syslog lines facility filesystem webhook auto info warn sampled errors',
    // Roles that every registry has.
    'administrator anonymous creator maintainer owner reader writer',
  ].flatMap((line) => line.split(' ')),
);
/** What is typed or comes from others: code, what was entered, names of things, and what the registry knows no Chinese for would be marked by. */
const foreign = 'code, pre, kbd, bdi, script, style, svg, canvas, input, textarea, [translate=no], .u-legend, [aria-hidden=true]';

/**
 * Words of the Latin alphabet that a page shows, or reads to somebody, besides names: `known` are those of what it shows. Words within what has digits, points,
 * slashes, colons or hyphens are parts of names.
 */
export async function latinWords(page: Page, known: ReadonlySet<string>): Promise<string[]> {
  const texts = await page.evaluate<string[]>(`(() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const { parentElement: parent } = node;
      if (parent.closest(${JSON.stringify(foreign)}) === null && parent.checkVisibility()) texts.push(node.data);
    }
    for (const element of document.body.querySelectorAll('[aria-label], [title], [placeholder]')) {
      if (element.closest('svg, code, pre, [translate=no]') !== null || !element.checkVisibility()) continue;
      for (const name of ['aria-label', 'title', 'placeholder']) texts.push(element.getAttribute(name) ?? '');
    }
    return texts;
  })()`);
  const words = texts.flatMap((text) => text.split(/[\s\p{Script=Han}，。：；、！？（）“”《》…·"'(),;!?{}|<>[\]=→—–]+/u));
  return [...new Set(words.filter((word) => /^[A-Za-z]{2,}$/.test(word) && !names.has(word) && !known.has(word)))];
}
