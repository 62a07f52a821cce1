import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** `npm run dev` of this package, beside a server at the usual address. */
const server = 'http://127.0.0.1:5000';

/** What of a component is written otherwise while the console is built, which fails when it is no longer where it was. */
interface Patch {
  readonly name: string;
  readonly file: RegExp;
  readonly from: string;
  readonly to: string;
}

/** Icons of components that stand alone on a button, by their names. */
const iconNames = {
  en: { search: 'Search', 'close-circle': 'Clear' },
  'zh-CN': { search: '搜索', 'close-circle': '清除' },
} as const;

const madeStyle = "document.createElement('style')";

const patches: readonly Patch[] = [
  // Dialogs add styles that keep the page behind them from scrolling, and forget the value by which the page's policy takes them.
  {
    name: 'style-nonce',
    file: /\/@rc-component\/util\/.*\/dynamicCSS\.js$/,
    from: madeStyle,
    to: `Object.assign(${madeStyle}, { nonce: document.querySelector('meta[property="csp-nonce"]')?.nonce ?? '' })`,
  },
  // Icons are read out by the English names of their drawings; those that say something are given a name here, or where they are used.
  {
    name: 'silent-icons',
    file: /\/@ant-design\/icons\/es\/components\/AntdIcon(Light)?\.js$/,
    from: '"aria-label": icon.name',
    to: `...((label) => (label === undefined ? { "aria-hidden": restProps["aria-label"] === undefined ? true : undefined } : { "aria-label": label }))(
      (document.documentElement.lang === 'zh-CN' ? ${JSON.stringify(iconNames['zh-CN'])} : ${JSON.stringify(iconNames.en)})[icon.name])`,
  },
  // The steps beside a number are read out in English; who hears them has the arrow keys.
  {
    name: 'silent-steps',
    file: /\/@rc-component\/input-number\/es\/StepHandler\.js$/,
    from: "\"aria-label\": isUpAction ? 'Increase Value' : 'Decrease Value'",
    to: '"aria-hidden": true',
  },
  // What empties a selection is named in English whatever the language.
  {
    name: 'clear-in-chinese',
    file: /\/@rc-component\/select\/es\/hooks\/useAllowClear\.js$/,
    from: "allowClearConfig.label ?? 'Clear'",
    to: "allowClearConfig.label ?? (document.documentElement.lang === 'zh-CN' ? '清除' : 'Clear')",
  },
  // A tab that has the focus is counted in English whatever the language; roles and positions say the same.
  {
    name: 'uncounted-tabs',
    file: /\/@rc-component\/tabs\/es\/TabNavList\/TabNode\.js$/,
    from: '}, focus && ',
    to: '}, false && ',
  },
];

function patching({ name, file, from, to }: Patch): Plugin {
  let isDone = false;
  return {
    name,
    apply: 'build',
    transform: (code, id) => {
      if (!file.test(id) || !code.includes(from)) return null;
      isDone = true;
      return { code: code.replaceAll(from, to), map: null };
    },
    generateBundle: () => {
      if (!isDone) throw new Error(`components are written otherwise now: look where ${name} has to go`);
    },
  };
}

export default defineConfig({
  plugins: [react(), ...patches.map(patching)],
  build: { target: 'es2023', assetsInlineLimit: 0, manifest: true, chunkSizeWarningLimit: 1500 },
  server: { proxy: { '/api': server, '/auth': server } },
});
