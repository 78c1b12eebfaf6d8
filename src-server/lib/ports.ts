import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

const LOOKED_AT = 50;
const LISTEN = '0A';

/** The next port from `from` that nobody listens on, for the window's offer; undefined when fifty are taken. */
export async function findFreePort(from: number, host: string): Promise<number | undefined> {
  for (let port = from; port < Math.min(from + LOOKED_AT, 65_536); port += 1) {
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, host, () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  return undefined;
}

/** Who listens on a port, such as `node (pid 4242)`, as far as the system tells this user. Never fails. */
export function findPortHolder(port: number): string | undefined {
  try {
    if (process.platform === 'linux') return findInProc(port);
    if (process.platform === 'win32') {
      const listing = ask('netstat', ['-ano', '-p', 'TCP']);
      const pid = new RegExp(`:${port}\\s.*LISTENING\\s+(\\d+)`).exec(listing)?.[1];
      return pid === undefined ? undefined : `pid ${pid}`;
    }
    const match = /p(\d+)\nc(.+)/.exec(ask('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']));
    return match ? `${match[2]} (pid ${match[1]})` : undefined;
  } catch {
    return undefined;
  }
}

function ask(command: string, args: string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    timeout: 2_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** `/proc/net/tcp` gives the socket of the port, `/proc/PID/fd` whose it is. */
function findInProc(port: number): string | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === LISTEN && local?.endsWith(suffix) && inode) sockets.add(`socket:[${inode}]`);
    }
  }
  if (sockets.size === 0) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (descriptorsOf(pid).some((target) => sockets.has(target))) {
      return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
    }
  }
  return undefined;
}

function descriptorsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${name}`)];
      } catch {
        return [];
      }
    });
  } catch {
    // Another user's process, or one that ended.
    return [];
  }
}
