import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserName } from '../../packages/console/src/widgets/browser-name.ts';

test('browsers are called by their names, which is not the first that they say', () => {
  const safari = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
  const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
  const names = {
    [`Mozilla/5.0 (X11; Linux x86_64) ${chrome}`]: 'Chrome 131, Linux',
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Edg/130.0.2849.80`]: 'Edge 130, Windows',
    [`Mozilla/5.0 (Linux; Android 15; Pixel 9) ${chrome}`]: 'Chrome 131, Android',
    'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0': 'Firefox 132, Linux',
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${safari} Version/18.1 Safari/605.1.15`]: 'Safari 18, macOS',
    [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${safari} Version/18.1 Mobile/15E148 Safari/604.1`]: 'Safari 18, iOS',
    'curl/8.9.1': 'curl/8.9.1',
    '': '',
  };
  for (const [userAgent, name] of Object.entries(names)) assert.equal(browserName(userAgent), name);
});
