import { theme } from 'antd';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { useLanguage } from '../i18n/language.tsx';

/** A line over days, which begin and end by UTC. */
export interface ChartLine {
  readonly label: string;
  /** Instants (ISO 8601) in order, and how much at each. */
  readonly points: readonly { readonly at: string; readonly value: number }[];
  /** How a value is written; as a number unless told. */
  readonly format?: (value: number) => string;
}

const height = 220;

/** A chart of one line, as wide as its place. Load it lazily: it brings a library. Whoever cannot see it hears `summary`. */
export function Chart({ line, summary }: { line: ChartLine; summary: string }) {
  const place = useRef<HTMLDivElement>(null);
  const { token } = theme.useToken();
  const { language } = useLanguage();
  useEffect(() => {
    const box = place.current;
    if (box === null) return undefined;
    const plot = new uPlot(optionsOf(line, language, token, box.clientWidth), dataOf(line), box);
    const observer = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [line, language, token]);
  return <div ref={place} role="img" aria-label={summary} style={{ minHeight: height, minWidth: 0 }} />;
}

function dataOf({ points }: ChartLine): uPlot.AlignedData {
  return [points.map(({ at }) => Date.parse(at) / 1000), points.map(({ value }) => value)];
}

type Colours = ReturnType<typeof theme.useToken>['token'];

function optionsOf({ label, format }: ChartLine, language: string, token: Colours, width: number): uPlot.Options {
  const number = format ?? ((value: number) => new Intl.NumberFormat(language, { notation: 'compact' }).format(value));
  const day = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone: 'UTC' });
  const axis = { stroke: token.colorTextSecondary, grid: { stroke: token.colorBorderSecondary, width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, values: (_plot, seconds) => seconds.map((at) => day.format(at * 1000)), space: 80 },
      { ...axis, values: (_plot, values) => values.map(number), size: 72 },
    ],
    series: [
      {
        label: new Intl.DisplayNames(language, { type: 'dateTimeField' }).of('day') ?? '',
        value: (_plot, at) => (at === null ? '' : day.format(at * 1000)),
      },
      {
        label,
        value: (_plot, value) => (value === null ? '' : number(value)),
        stroke: token.colorPrimary,
        fill: token.colorPrimaryBg,
        width: 2,
        points: { show: false },
      },
    ],
  };
}
