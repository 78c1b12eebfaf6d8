import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { buildAgentApp, buildConsoleApp } from '../app';
import { createContext } from '../context';
import { createLogger } from '../lib/logger';
import type { CliCommand, CliIo } from './command';
import { configOf } from './data-folder';
import { authOf, type RouteAuth } from './route-auth';

export interface ListedRoute {
  readonly method: string;
  readonly path: string;
  /** `tcp` is the agents' listener, with the console on it where a server has one; `socket` is the window's. */
  readonly listener: 'tcp' | 'socket';
  readonly face: string;
  readonly auth: RouteAuth | 'unknown';
}

export const routes: CliCommand = {
  path: ['routes'],
  summary: 'List every address of the platform: method, path, listener, face, and what may call it',
  needsData: false,
  async run(_given, io) {
    const listed = await listRoutes(io);
    const width = Math.max(...listed.map(({ path }) => path.length));
    return {
      document: { routes: listed },
      text: listed
        .map(({ method, path, listener, face, auth }) =>
          [method.padEnd(7), path.padEnd(width), listener.padEnd(6), face.padEnd(7), auth].join(' '),
        )
        .join('\n'),
    };
  },
};

/** Builds both apps over a data folder that exists only meanwhile, and listens nowhere. */
async function listRoutes(io: CliIo): Promise<ListedRoute[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-routes-'));
  try {
    const { config } = configOf(folder, io);
    const context = createContext({
      config: { ...config, hasConsole: true },
      masterKey: randomBytes(32),
      log: createLogger('silent'),
    });
    try {
      const listed = [
        ...(await collect('tcp', () => buildAgentApp(context))),
        ...(await collect('socket', () => buildConsoleApp(context, randomBytes(32).toString('base64')))),
      ];
      return listed.toSorted((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
    } finally {
      await context[Symbol.asyncDispose]();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fastify announces each new instance on this channel, before any route: the documented place for a hook on all. */
const CREATED = 'fastify.initialization';

async function collect(
  listener: ListedRoute['listener'],
  build: () => FastifyInstance | Promise<FastifyInstance>,
): Promise<ListedRoute[]> {
  const found: ListedRoute[] = [];
  const handleCreated = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance };
    fastify.addHook('onRoute', (route) => {
      found.push(...listedRoutesOf(route, listener));
    });
  };
  subscribe(CREATED, handleCreated);
  try {
    const app = await build();
    await app.ready();
    await app.close();
  } finally {
    unsubscribe(CREATED, handleCreated);
  }
  return found;
}

function listedRoutesOf(
  { method, url: path, config }: RouteOptions,
  listener: ListedRoute['listener'],
): ListedRoute[] {
  // The MCP doors word their own errors; they stand on the mma face (C-76).
  const face = config?.dialect ?? 'mma';
  return [method]
    .flat()
    .filter((name) => name !== 'HEAD' && name !== 'OPTIONS')
    .map((name) => ({
      method: name,
      path,
      listener,
      face,
      auth: listener === 'socket' ? 'window' : (authOf(name, path) ?? 'unknown'),
    }));
}
