#!/usr/bin/env node
// The `longshore` command: finds a Node that runs the sources, and runs them with it.
import { fileURLToPath } from 'node:url';
import { useCompileCache } from './compile-cache.js';
import { findNode } from './find-node.js';
import { nodeFlags } from './node-flags.js';
import { resolveSourcesQuickly } from './resolve-sources.js';
import { runNode } from './run-node.js';

const node = findNode();
if ('problem' in node) {
  console.error(node.problem);
  process.exitCode = 1;
} else if (node.running) {
  useCompileCache();
  resolveSourcesQuickly();
  const { main, processSurroundings } = await import('../src/main.ts');
  const code = await main(process.argv.slice(2), processSurroundings(process.env));
  // A server that could not start, or a worker that still hears its supervisor, holds things open that must not keep it alive.
  process.stdout.write('', () => process.exit(code));
} else {
  runNode(node.path, [...nodeFlags, fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
}
