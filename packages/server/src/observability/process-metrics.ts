import { readdirSync, readFileSync } from 'node:fs';
import { type EventLoopUtilization, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { type MetricFamily, singleValue } from './metric-family.ts';

const resolutionMs = 20;
const watchEveryMs = 15_000;
/** The longest delay is that of the last minute, whoever asks how often. */
const watches = 4;

/** What this process takes of the machine: processor, memory, files, and how long its event loop makes requests wait. */
export interface ProcessMetrics {
  families(): MetricFamily[];
  close(): void;
}

/** Starts to watch the event loop. */
export function watchProcess(): ProcessMetrics {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const longest: number[] = [];
  const timer = setInterval(() => {
    longest.push(delay.max);
    if (longest.length >= watches) longest.shift();
    delay.reset();
  }, watchEveryMs).unref();
  let collections = 0;
  let collectionSeconds = 0;
  const collector = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      collections += 1;
      collectionSeconds += duration / 1000;
    }
  });
  collector.observe({ entryTypes: ['gc'] });
  return {
    families: () => [
      ...resourceFamilies(),
      ...loopFamilies(secondsLate(Math.max(delay.max, ...longest)), performance.eventLoopUtilization()),
      counter('nodejs_gc_runs_total', 'Collections of the JavaScript heap.', collections),
      counter('nodejs_gc_seconds_total', 'Time that collections of the JavaScript heap took.', collectionSeconds),
    ],
    close: () => {
      clearInterval(timer);
      delay.disable();
      collector.disconnect();
    },
  };
}

function counter(name: string, help: string, value: number): MetricFamily {
  return singleValue({ name, help, type: 'counter', merge: 'sum' }, value);
}

function gauge(name: string, help: string, value: number | undefined, merge: MetricFamily['merge'] = 'sum'): MetricFamily[] {
  return value === undefined ? [] : [singleValue({ name, help, type: 'gauge', merge }, value)];
}

/** What any process can say of itself at once. */
export function resourceFamilies(): MetricFamily[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return [
    counter('process_cpu_seconds_total', 'Processor time, user and system, of all processes.', (user + system) / 1e6),
    ...gauge('process_resident_memory_bytes', 'Resident memory of all processes; what they share counts in each.', rss),
    ...gauge('nodejs_heap_used_bytes', 'Used part of the JavaScript heaps of all processes.', heapUsed),
    ...gauge('process_open_fds', 'Open files and sockets of all processes.', openFiles()),
    ...gauge('process_max_fds', 'How many a process may have open: the lowest of all processes.', mostFiles(), 'min'),
    ...gauge('process_start_time_seconds', 'When the oldest process started, in seconds since 1970.', performance.timeOrigin / 1000, 'min'),
    ...gauge('registry_processes', 'Processes that these figures are from.', 1),
  ];
}

function loopFamilies(longestSeconds: number, { active, idle }: EventLoopUtilization): MetricFamily[] {
  return [
    ...gauge('nodejs_event_loop_delay_max_seconds', 'Longest delay of an event loop within about a minute.', longestSeconds, 'max'),
    counter('nodejs_event_loop_active_seconds_total', 'Time in which event loops had work.', active / 1000),
    counter('nodejs_event_loop_idle_seconds_total', 'Time in which event loops waited.', idle / 1000),
  ];
}

/** Undefined where there is no /proc. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}

/** Undefined where there is no /proc, or no limit. */
function mostFiles(): number | undefined {
  try {
    const most = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return most === undefined ? undefined : Number(most);
  } catch {
    return undefined;
  }
}

/** The watch tells the time between two rounds of its timer, in nanoseconds. */
function secondsLate(betweenRounds: number): number {
  return Math.max(0, betweenRounds / 1e9 - resolutionMs / 1000);
}
