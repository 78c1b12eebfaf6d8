import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createOwner, createTestServer, type TestServer } from '../testing/test-server';
import { runCli } from './run-cli';

export type Json = Record<string, unknown>;

export interface JsonRun {
  readonly code: number;
  readonly body: Json;
  readonly err: string;
}

/** A place of its own for a data folder and files beside it, and commands on that folder. */
export interface CliWorld extends Disposable {
  readonly base: string;
  /** The data folder that commands work on; a test may point elsewhere. It is not made yet. */
  folder: string;
  run(argv: readonly string[], env?: NodeJS.ProcessEnv): Promise<{ code: number; out: string; err: string }>;
  /** Runs with `--data` and `--json`; anything else on stdout than one document fails. */
  json(argv: readonly string[], env?: NodeJS.ProcessEnv): Promise<JsonRun>;
  addUser(email?: string, role?: string): Promise<Json>;
  /** A data folder as the desktop app leaves it, with its person. */
  makeDesktop(): Promise<void>;
  /** A server on the folder, with its own key. */
  serve(): Promise<TestServer>;
  /** Runs a statement on the file, as somebody with a shell would; gives the first value of a query. */
  sql(statement: string): unknown;
}

export function createCliWorld(): CliWorld {
  const base = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  const world: CliWorld = {
    base,
    folder: join(base, 'data'),

    async run(argv, env = {}) {
      let out = '';
      let err = '';
      const code = await runCli(argv, {
        stdout: (text) => {
          out += text;
        },
        stderr: (text) => {
          err += text;
        },
        env: { COUNTERSIGN_LOG_LEVEL: 'silent', ...env },
      });
      return { code, out, err };
    },

    async json(argv, env = {}) {
      const { code, out, err } = await world.run([...argv, '--data', world.folder, '--json'], env);
      if (!out.endsWith('\n')) throw new Error(`${argv.join(' ')} printed ${JSON.stringify(out)}`);
      return { code, body: JSON.parse(out) as Json, err };
    },

    async addUser(email = 'anna@example.org', role = 'admin') {
      const { code, body, err } = await world.json([
        'user',
        'create',
        '--email',
        email,
        '--name',
        'Anna',
        '--role',
        role,
      ]);
      if (code !== 0) throw new Error(err);
      return body['user'] as Json;
    },

    async makeDesktop() {
      const server = await createTestServer({ mode: 'desktop', dataFolder: world.folder });
      await createOwner(server);
      await server.stop();
    },

    async serve() {
      const masterKey = Buffer.from(readFileSync(join(world.folder, 'master.key'), 'utf8'), 'base64');
      return createTestServer({ mode: 'server', dataFolder: world.folder, masterKey });
    },

    sql(statement) {
      const sqlite = new Database(join(world.folder, 'countersign.db'));
      try {
        const prepared = sqlite.prepare(statement);
        return prepared.reader ? prepared.pluck().get() : prepared.run();
      } finally {
        sqlite.close();
      }
    },

    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
  return world;
}
