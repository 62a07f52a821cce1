import { createHash } from 'node:crypto';
import { type HeaderList, sendBody, sendHead } from '../answer.ts';
import type { HttpExchange } from '../http-exchange.ts';
import type { Language } from './words.ts';

/** Text that is HTML already; everything else is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Html[];

/** HTML of a template. Whatever is filled in is text, unless it is `Html`. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(render)));
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function render(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

const style = `
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:8vh auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0 0 1rem}
label{display:block;margin:.8rem 0 .2rem}
input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #888;border-radius:6px}
button,.button{font:inherit;display:block;width:100%;box-sizing:border-box;text-align:center;margin-top:1rem;padding:.55rem;border:1px solid #1a5fb4;border-radius:6px;background:#1a5fb4;color:#fff;text-decoration:none;cursor:pointer}
.quiet{background:transparent;color:inherit;border-color:#888}
.problem{border-left:4px solid #c01c28;padding-left:.8rem}
code,pre{font:15px/1.6 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
footer{margin-top:2rem;font-size:.85rem}
`;

/** Nothing but our own form and our own style: no script, no frame, no image, no other host. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const headers: HeaderList = [
  'Content-Security-Policy',
  policy,
  'X-Frame-Options',
  'DENY',
  'X-Content-Type-Options',
  'nosniff',
  // With `no-referrer` browsers would not say which origin a form is of.
  'Referrer-Policy',
  'same-origin',
  'Cross-Origin-Opener-Policy',
  'same-origin',
  'Cache-Control',
  'no-store',
];

/** A page as it is sent. */
export interface PageContent {
  readonly title: string;
  readonly language: Language;
  readonly body: Html;
}

/** Sends a page. Cookies are in `more`. */
export function sendPage(exchange: HttpExchange, status: number, { title, language, body }: PageContent, more: HeaderList = []): void {
  const lang = language === 'zh' ? 'zh-CN' : 'en';
  const page = html`<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} - Longshore</title><style>${new Html(style)}</style></head>
<body><main><h1>${title}</h1>${body}</main></body></html>
`;
  sendBody(exchange, status, 'text/html; charset=utf-8', page.text, [...headers, ...more]);
}

/** Sends the browser to a path of ours, or to a provider, by GET. */
export function sendRedirect(exchange: HttpExchange, to: string, more: HeaderList = []): void {
  sendHead(exchange, 303, ['Location', to, 'Content-Length', '0', ...headers, ...more]);
  exchange.response.end();
}
