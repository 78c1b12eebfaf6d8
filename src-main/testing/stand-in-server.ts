import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { z } from 'zod';
import type { AuditCheckpoint } from '../../src-server/contract/process';
import { createLauncher } from '../server-process';
import type { LaunchServer } from '../server-process';
import { createSupervisor } from '../supervisor';
import type { Supervisor, SupervisorState, SupervisorTiming, Upstream } from '../supervisor';

/** A process that speaks the messages of a server; what it does is said by its data folder's name. */
const SERVER = `
import http from 'node:http';
import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const [, , , data, , port, ...flags] = process.argv;
mkdirSync(data, { recursive: true });
const log = (line) => appendFileSync(join(data, 'log'), line + '\\n');
process.on('disconnect', () => process.exit(0));
process.on('message', (init) => {
  log(JSON.stringify({ pid: process.pid, port, flags, init, env: Object.keys(process.env) }));
  if (data.endsWith('crashes')) process.exit(7);
  if (data.endsWith('hangs')) return;
  if (data.endsWith('taken') && port === '7423') {
    process.send({ type: 'failed', code: 'port_taken', message: 'taken', details: { port: 7423, holder: 'x (pid 1)', nextFreePort: 7424 } });
    setTimeout(() => process.exit(1), 20);
    return;
  }
  process.on('SIGTERM', () => { if (!data.endsWith('stubborn')) { log('drained'); process.exit(0); } });
  const socket = join(data, 'socket');
  rmSync(socket, { force: true });
  http.createServer((request, response) => {
    const { url, method, headers } = request;
    if (url === '/api/hang') return;
    if (url === '/api/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\\n\\n');
      response.on('close', () => log('stream closed'));
      return;
    }
    if (url === '/api/cut') { response.writeHead(200); response.write('half'); setTimeout(() => response.destroy(), 20); return; }
    if (url === '/api/once' && !existsSync(join(data, 'dead'))) { writeFileSync(join(data, 'dead'), ''); process.kill(process.pid, 'SIGKILL'); return; }
    if (url === '/api/empty') { response.writeHead(204, { 'x-of': 'server' }); response.end(); return; }
    let length = 0;
    request.on('data', (bytes) => { length += bytes.length; });
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.end(JSON.stringify({ pid: process.pid, url, method, headers, length, secret: init.socketSecret }));
    });
  }).listen(socket, () => {
    process.send({ type: 'nonsense' });
    process.send({ type: 'ready', ready: true, url: 'http://127.0.0.1:' + (port === '0' ? 40000 : port), socket });
    process.send({ type: 'checkpoint', checkpoint: { seq: (init.checkpoint?.seq ?? 0) + 1, head: 'h', at: 'now', signature: 's' } });
  });
});
`;
/** What it notes when it is told to start, and what it answers. */
export const Started = z.object({
  pid: z.number(),
  port: z.string(),
  flags: z.array(z.string()),
  init: z.record(z.string(), z.unknown()),
  env: z.array(z.string()),
});
export const Seen = z.object({
  url: z.string(),
  secret: z.string(),
  headers: z.record(z.string(), z.string()),
});

export const TIMING: SupervisorTiming = {
  readyTimeoutMs: 5000,
  firstBackoffMs: 5,
  maxBackoffMs: 20,
  stableAfterMs: 30_000,
  stopTimeoutMs: 5000,
};
export const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');

export interface Bench {
  /** A new folder for every test, with the server's program in it. */
  readonly folder: () => string;
  readonly launcher: () => LaunchServer;
  /** Stops it after the test. */
  readonly keep: (supervisor: Supervisor) => void;
  readonly log: { info: Note; warn: Note; error: Note };
}
type Note = (...data: unknown[]) => void;

/** Call once per test file. */
export function useBench(): Bench {
  let folder = '';
  let entry = '';
  let open: Supervisor[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shell-'));
    entry = join(folder, 'server.mjs');
    writeFileSync(entry, SERVER);
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((supervisor) => supervisor.stop()));
  });
  const note: Note = () => undefined;
  return {
    folder: () => folder,
    launcher: () =>
      createLauncher({
        entry,
        node: process.execPath,
        fork: () => {
          throw new Error('runs on plain Node here');
        },
      }),
    keep: (supervisor) => void open.push(supervisor),
    log: { info: note, warn: note, error: note },
  };
}

/** A supervised stand-in and what it noted. */
export function supervise(bench: Bench, name: string, timing: Partial<SupervisorTiming> = {}) {
  const data = join(bench.folder(), name);
  const states: SupervisorState[] = [];
  let checkpoint: AuditCheckpoint | undefined;
  let port = 7423;
  const supervisor = createSupervisor({
    launch: bench.launcher(),
    getLaunch: () => ({
      args: ['--data', data, '--port', String(port), '--desktop'],
      masterKey: MASTER_KEY,
      checkpoint,
    }),
    onChange: (state) => states.push(state),
    onCheckpoint: (kept) => (checkpoint = kept),
    log: bench.log,
    timing: { ...TIMING, ...timing },
  });
  bench.keep(supervisor);
  return {
    supervisor,
    states: () => states.map(({ status }) => status),
    usePort: (next: number) => (port = next),
    seq: () => checkpoint?.seq,
    said: () => readFileSync(join(data, 'log'), 'utf8').trimEnd().split('\n'),
    until: (status: SupervisorState['status']) =>
      vi.waitFor(() => expect(supervisor.state.status).toBe(status), { timeout: 15_000, interval: 5 }),
  };
}

export async function startAndWait({ supervisor }: { readonly supervisor: Supervisor }): Promise<Upstream> {
  supervisor.start();
  const upstream = await supervisor.whenUp(10_000);
  if (!upstream) throw new Error(`not up: ${JSON.stringify(supervisor.state)}`);
  return upstream;
}

/** A process that ended and that nobody has reaped yet is not running. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
