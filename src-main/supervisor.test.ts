import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createLauncher, type LaunchServer } from './server-process';
import { createSupervisor } from './supervisor';
import {
  isRunning,
  MASTER_KEY,
  startAndWait,
  Started,
  supervise,
  TIMING,
  useBench,
} from './testing/stand-in-server';

const bench = useBench();

describe('starting', () => {
  it('tells the server key and secret by message alone', async () => {
    const run = supervise(bench, 'well');
    const upstream = await startAndWait(run);
    const told = Started.parse(JSON.parse(run.said()[0] ?? ''));
    expect(told.init).toMatchObject({ type: 'init', masterKey: MASTER_KEY, socketSecret: upstream.secret });
    expect(Buffer.from(upstream.secret, 'base64')).toHaveLength(32);
    expect(told.flags).toEqual(['--desktop']);
    expect(told.env.filter((name) => /^(NODE_|ELECTRON_|COUNTERSIGN_NODE)/.test(name))).toEqual([]);
    expect(run.states()).toEqual(['starting', 'up']);
  });

  it('has its process within the turn that asks for it: the window opens beside it', async () => {
    const launch = vi.fn<LaunchServer>(bench.launcher());
    const supervisor = createSupervisor({
      launch,
      getLaunch: () => ({
        args: ['--data', join(bench.folder(), 'well'), '--desktop'],
        masterKey: MASTER_KEY,
        checkpoint: undefined,
      }),
      onChange: () => undefined,
      onCheckpoint: () => undefined,
      log: bench.log,
      timing: TIMING,
    });
    supervisor.start();
    expect(launch).toHaveBeenCalledOnce();
    await supervisor.stop();
  });

  it('hands the last checkpoint to the next server, and a new secret', async () => {
    const run = supervise(bench, 'well');
    const first = await startAndWait(run);
    await vi.waitFor(() => expect(run.seq()).toBe(1));
    process.kill(first.pid ?? 0, 'SIGKILL');
    await run.until('restarting');
    const second = await run.supervisor.whenUp(10_000);
    expect(second?.secret).not.toBe(first.secret);
    await vi.waitFor(() => expect(run.seq()).toBe(2));
  });

  it('says why when the server can not start, and starts on another port', async () => {
    const run = supervise(bench, 'taken');
    run.supervisor.start();
    expect(await run.supervisor.whenUp(10_000)).toBeUndefined();
    expect(run.supervisor.state).toEqual({
      status: 'failed',
      failure: {
        type: 'failed',
        code: 'port_taken',
        message: 'taken',
        details: { port: 7423, holder: 'x (pid 1)', nextFreePort: 7424 },
      },
    });
    run.usePort(7424);
    expect((await startAndWait(run)).url).toBe('http://127.0.0.1:7424');
  });

  it('gives up on a server that stays silent, and ends it', async () => {
    const run = supervise(bench, 'hangs', { readyTimeoutMs: 2000 });
    run.supervisor.start();
    await run.until('failed');
    expect(run.supervisor.state).toMatchObject({
      failure: { code: 'unexpected', message: 'The server did not get ready within 2 s.' },
    });
    const { pid } = Started.parse(JSON.parse(run.said()[0] ?? ''));
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 5000 });
  });

  it('gives up after nine exits in a row', async () => {
    const run = supervise(bench, 'crashes');
    run.supervisor.start();
    await run.until('failed');
    expect(run.supervisor.state).toMatchObject({
      failure: { code: 'unexpected', message: 'The server ended 9 times in a row, last with exit code 7.' },
    });
    expect(run.said()).toHaveLength(9);
  });

  it('says so when there is no such program', async () => {
    const supervisor = createSupervisor({
      launch: createLauncher({
        entry: join(bench.folder(), 'server.mjs'),
        node: join(bench.folder(), 'no-node'),
        fork: () => expect.unreachable(),
      }),
      getLaunch: () => ({ args: [], masterKey: MASTER_KEY, checkpoint: undefined }),
      onChange: () => undefined,
      onCheckpoint: () => undefined,
      log: bench.log,
      timing: TIMING,
    });
    supervisor.start();
    await vi.waitFor(() => expect(supervisor.state.status).toBe('failed'), { timeout: 10_000 });
    expect(supervisor.state).toMatchObject({
      failure: { message: expect.stringContaining('did not start') },
    });
  });
});

describe('stopping', () => {
  it('lets the server drain and starts no other', async () => {
    const run = supervise(bench, 'well');
    await startAndWait(run);
    await run.supervisor.stop();
    expect(run.said().at(-1)).toBe('drained');
    run.supervisor.start();
    expect(run.said()).toHaveLength(2);
    expect(await run.supervisor.whenUp(1000)).toBeUndefined();
  });

  it('ends a server that does not drain', async () => {
    const run = supervise(bench, 'stubborn', { stopTimeoutMs: 200 });
    const { pid } = await startAndWait(run);
    await run.supervisor.stop();
    expect(isRunning(pid ?? 0)).toBe(false);
  });
});
