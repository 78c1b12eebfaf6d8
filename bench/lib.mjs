// What the benchmarks share: servers as processes, keep-alive load, medians, and a table of ratios.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const READY_TIMEOUT_MS = 30_000;

export function makeFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `countersign-bench-${name}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts a Node program that prints one JSON ready line; gives its URL, the milliseconds it took, and a way to stop. */
export async function startProgram(file, args = [], env = {}) {
  const began = performance.now();
  const child = spawn(process.execPath, [file, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4_000);
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${file} was not ready in time\n${errors}`)),
      READY_TIMEOUT_MS,
    );
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}\n${errors}`)));
    lines.once('line', (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line));
    });
  });
  return {
    ...ready,
    readyMs: performance.now() - began,
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** One request on a keep-alive connection; resolves with status and text. */
export function request(agent, url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { agent, method, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString('utf8') }),
      );
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export function postJson(agent, url, body, headers = {}) {
  const text = JSON.stringify(body);
  return request(agent, url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers },
    body: text,
  });
}

/**
 * Keeps `connections` busy for `durationMs` (or until `next` says it is done) and counts answers.
 * `next(i)` gives the i-th call as a promise, or undefined when there is none left.
 */
export async function load({ connections, durationMs, next }) {
  let calls = 0;
  let index = 0;
  const began = performance.now();
  const until = began + durationMs;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < until) {
        const call = next(index++);
        if (!call) return;
        await call;
        calls += 1;
      }
    }),
  );
  return { calls, perSecond: calls / ((performance.now() - began) / 1_000) };
}

/**
 * Runs ours and the reference in turn, each first in every other round, after one round that warms both up. The ratio is
 * the median of the rounds' own: what slows the machine for some seconds falls on both of a round, or on few rounds.
 *
 * @param before runs ahead of each round, untimed
 * @returns speeds a second, and ours over reference
 */
export async function raceInRounds({ rounds, before, ours, reference }) {
  const speeds = { ours: [], reference: [] };
  for (let round = -1; round < rounds; round += 1) {
    await before?.();
    const isOursFirst = round % 2 === 0;
    const early = isOursFirst ? undefined : await reference();
    const mine = await ours();
    const theirs = early ?? (await reference());
    if (round < 0) continue;
    speeds.ours.push(mine.perSecond);
    speeds.reference.push(theirs.perSecond);
  }
  return {
    ours: median(speeds.ours),
    reference: median(speeds.reference),
    ratio: median(speeds.ours.map((speed, round) => speed / speeds.reference[round])),
  };
}

export function keepAlive(sockets) {
  // Let go of before any server does (Node's after 5 s): a socket that both close at once loses its call.
  return new http.Agent({ keepAlive: true, maxSockets: sockets, timeout: 2_500 });
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

/** A deterministic source of numbers in [0, 1): runs are comparable. */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
