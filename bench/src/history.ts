import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './child.ts';
import type { Outcome } from './outcome.ts';

const RESULTS = path.join(ROOT, 'bench', 'results');

/** Prints what the figures were measured on: they mean nothing without it. */
export function printMachine(): void {
  const { node, model, cores, load } = machine();
  console.log(`Node ${node} on ${cores} cores (${model}), load ${load}`);
}

/** Keeps a run with all its slices in `bench/results`, one file each. */
export function keepResult(outcomes: readonly Outcome[], smoke: boolean): void {
  const at = new Date().toISOString();
  const file = path.join(RESULTS, `${at.replace(/[:.]/g, '-')}${smoke ? '-smoke' : ''}.json`);
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ at, smoke, machine: machine(), outcomes }, null, 1)}\n`);
  console.log(`\nKept in ${path.relative(ROOT, file)}.`);
}

function machine() {
  const cpus = os.cpus();
  return {
    node: process.versions.node,
    model: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    load: readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' '),
  };
}
