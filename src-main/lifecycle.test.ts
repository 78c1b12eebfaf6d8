import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createKeychain } from './keychain';
import { createLifecycle, createPortChoice } from './lifecycle';
import { createSettingsStore } from './settings';
import { createSupervisor } from './supervisor';
import { Started, TIMING, useBench } from './testing/stand-in-server';

const bench = useBench();

describe('the whole shell', () => {
  const chosen = {
    chooseNew: () => Promise.resolve(undefined),
    chooseExisting: () => Promise.resolve(undefined),
  };

  function shell(name: string, port?: number) {
    const keychain = createKeychain({
      file: join(bench.folder(), 'keychain.json'),
      system: {
        isAvailable: () => false,
        encrypt: () => expect.unreachable(),
        decrypt: () => expect.unreachable(),
      },
      dialog: chosen,
      log: bench.log,
    });
    const ports = createPortChoice(
      createSettingsStore(join(bench.folder(), 'settings.json'), bench.log),
      port,
    );
    const lifecycle = createLifecycle({
      handover: {},
      keychain,
      port: ports,
      platform: 'test',
      version: '1.0.0',
      createSupervisor: (onChange) =>
        createSupervisor({
          launch: bench.launcher(),
          getLaunch: () => ({
            args: ['--data', join(bench.folder(), name), '--port', String(ports.get()), '--desktop'],
            masterKey: keychain.masterKey ?? '',
            checkpoint: undefined,
          }),
          onChange,
          onCheckpoint: () => undefined,
          log: bench.log,
          timing: TIMING,
        }),
    });
    bench.keep(lifecycle.supervisor);
    const seen: string[] = [];
    lifecycle.onChange(({ server, keychain }) => seen.push(`${server} ${keychain.status}`));
    const until = (server: string) =>
      vi.waitFor(() => expect(lifecycle.state.server).toBe(server), { timeout: 10_000, interval: 5 });
    return { lifecycle, seen, until };
  }
  const secret = { method: 'passphrase', passphrase: 'correct horse battery' } as const;

  it('starts no server before it has a key, and one right after', async () => {
    const { lifecycle, seen, until } = shell('well', 0);
    lifecycle.start();
    expect(lifecycle.state).toEqual({
      server: 'starting',
      failure: null,
      url: null,
      keychain: { status: 'needs_new_secret', canUseKeyFile: true, problem: null, keyFile: null },
      platform: 'test',
      version: '1.0.0',
    });
    expect(await lifecycle.unlock({ method: 'passphrase', passphrase: 'short' })).toMatchObject({
      ok: false,
    });
    expect(lifecycle.supervisor.state.status).toBe('idle');
    expect(await lifecycle.unlock(secret)).toEqual({ ok: true });
    await until('up');
    expect(seen).toEqual(['starting needs_new_secret', 'starting ready', 'up ready']);
    expect(lifecycle.state.url).toBe('http://127.0.0.1:40000');
  });

  it('keeps the port that it found over a restart', async () => {
    const { lifecycle, until } = shell('well', 0);
    lifecycle.start();
    await lifecycle.unlock(secret);
    await until('up');
    const state = lifecycle.supervisor.state;
    process.kill(state.status === 'up' ? (state.upstream.pid ?? 0) : 0, 'SIGKILL');
    await until('restarting');
    await until('up');
    const starts = readFileSync(join(bench.folder(), 'well', 'log'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(starts.map((line) => Started.parse(JSON.parse(line)).port)).toEqual(['0', '40000']);
  });

  it('goes on with another port after the usual one was taken, and remembers it', async () => {
    const first = shell('taken');
    first.lifecycle.start();
    await first.lifecycle.unlock(secret);
    await first.until('failed');
    expect(first.lifecycle.state.failure).toMatchObject({
      code: 'port_taken',
      details: { nextFreePort: 7424 },
    });
    first.lifecycle.retry({ port: 7424 });
    await first.until('up');
    await first.lifecycle.stop();

    const next = shell('taken');
    next.lifecycle.start();
    await next.lifecycle.unlock(secret);
    await next.until('up');
    expect(next.lifecycle.state.url).toBe('http://127.0.0.1:7424');
  });

  it('moves to another port while it runs, and stays where it was when that is taken', async () => {
    const moving = shell('taken', 7500);
    moving.lifecycle.start();
    await moving.lifecycle.unlock(secret);
    await moving.until('up');
    expect(await moving.lifecycle.changePort(7600)).toEqual({ ok: true, url: 'http://127.0.0.1:7600' });
    expect(moving.lifecycle.state.url).toBe('http://127.0.0.1:7600');
    // The stand-in finds 7423 taken.
    expect(await moving.lifecycle.changePort(7423)).toEqual({
      ok: false,
      reason: 'port_taken',
      holder: 'x (pid 1)',
      nextFreePort: 7424,
    });
    expect(moving.lifecycle.state).toMatchObject({ server: 'up', url: 'http://127.0.0.1:7600' });
    expect(moving.seen.some((line) => line.startsWith('failed'))).toBe(false);
    await moving.lifecycle.stop();

    const next = shell('well');
    next.lifecycle.start();
    await next.lifecycle.unlock(secret);
    await next.until('up');
    expect(next.lifecycle.state.url).toBe('http://127.0.0.1:7600');
  });
});
