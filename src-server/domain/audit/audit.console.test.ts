import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleVerifier } from '../../../scripts/standalone-verifier';
import { runCli } from '../../cli/run-cli';
import type { AuditRowDetail, AuditRowView, Verification } from '../../contract/console/audit';
import { systemCaller } from '../../gate/caller';
import { openDesk, openOffice, signIn, type Desk, type Office } from '../../testing/mma-fixture';
import { decideOn, newestProposal, type TestServer } from '../../testing/test-server';
import { toCell } from '../../lib/csv';
import type { ExportReport } from './verify-export';

interface Page {
  readonly items: AuditRowView[];
  readonly nextCursor: string | null;
}
type Json = Record<string, unknown>;

let folder: string;
let verifierFile: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-export-'));
  verifierFile = join(folder, 'countersign-verify.mjs');
  writeFileSync(verifierFile, await bundleVerifier(resolve(import.meta.dirname, '../../..')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function live(desk: Desk): Promise<void> {
  await desk.server.tool(desk.key, 'drafts.create', { title: 'One', content: 'The first of the two.' });
  await decideOn(desk.server, await newestProposal(desk.server), 'approve');
  await desk.server.tool(desk.key, 'drafts.create', { title: 'Two', content: 'The second of the two.' });
  await desk.server.console('PATCH', `/agents/${desk.agent.agentId}`, { name: 'New name' });
  await desk.server.processAll();
}

describe('the audit log in the window', () => {
  it('is searched by type, agent, subject and trace, page by page', async () => {
    const desk = await openDesk();
    await live(desk);
    const search = async (query: string): Promise<Page> => {
      const answer = await desk.server.console<Page & Json>('GET', `/audit${query}`);
      expect([query, answer.status]).toEqual([query, 200]);
      return answer.body;
    };
    const all = (await search('?limit=100')).items;
    expect(all.map(({ seq }) => seq)).toEqual(all.map(({ seq }) => seq).toSorted((a, b) => b - a));
    expect((await search('?type=action.proposed')).items).toHaveLength(2);
    expect((await search('?type=agent.')).items.map(({ type }) => type)).toContain('agent.updated');
    const [row] = (await search('?type=action.executed')).items;
    const ofSubject = (await search(`?subjectId=${row?.subjectId}`)).items.map(({ type }) => type);
    expect(ofSubject).toEqual(['action.executed', 'action.approved', 'action.read', 'action.proposed']);
    expect((await search(`?traceId=${row?.traceId}`)).items.map(({ type }) => type)).toEqual(ofSubject);
    expect((await search(`?agentId=${desk.agent.agentId}&type=action.`)).items).toHaveLength(5);
    const paged: number[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = await search(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...page.items.map(({ seq }) => seq));
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(all.map(({ seq }) => seq));
    for (const bad of ['?cursor=zz', '?limit=101', '?to=now', '?nope=1', '?scope=all']) {
      expect([bad, (await desk.server.console('GET', `/audit${bad}`)).status]).toEqual([bad, 400]);
    }
  });

  it('shows a row with before and after to its own person, and says so once that was erased', async () => {
    const desk = await openDesk();
    await live(desk);
    const { body } = await desk.server.console<Page & Json>('GET', '/audit?type=agent.updated');
    const seq = body.items[0]?.seq ?? 0;
    const read = () => desk.server.console<AuditRowDetail & Json>('GET', `/audit/rows/${seq}`);
    const row = await read();
    expect(row.body).toMatchObject({
      personal: { state: 'open', data: { after: { name: 'New name' } } },
      checks: { hash: true, chain: true, signedBy: { type: 'head', isGood: true } },
    });
    desk.server.context.takeCheckpoint();
    expect((await read()).body.checks.signedBy).toMatchObject({ type: 'checkpoint', isGood: true });
    const { database, audit, clock } = desk.server.context;
    database.writer.transaction((tx) => audit.erasePerson(tx, desk.ownerId, clock.now()));
    expect((await read()).body.personal).toEqual({ state: 'erased' });
    database.raw.write.prepare("update audit set type = 'agent.forged' where seq = ?").run(seq);
    expect((await read()).body.checks).toMatchObject({ hash: false, chain: true });
    for (const bad of ['0', 'x', '9007199254740993', '99999999']) {
      expect([bad, (await desk.server.console('GET', `/audit/rows/${bad}`)).status]).toEqual([bad, 404]);
    }
  });

  it('shows a stranger nothing, and an admin only what belongs to nobody', async () => {
    const office = await openOffice();
    const { server, person } = office;
    await server.tool(office.key, 'drafts.create', { title: 'Mine', content: 'For my owner alone.' });
    const bob = await signIn(server, 'bob@example.org', 'Bob');
    const as = (token: string, path: string) =>
      server.call<Page & Json>('GET', `/api/console/audit${path}`, { key: token });
    const own = await as(person.token, '?type=action.');
    const seq = own.body.items[0]?.seq ?? 0;
    expect(seq).toBeGreaterThan(0);
    expect((await as(bob.token, '?type=action.')).body.items).toEqual([]);
    expect((await as(bob.token, `?subjectId=${own.body.items[0]?.subjectId}`)).body.items).toEqual([]);
    expect((await as(bob.token, `?traceId=${own.body.items[0]?.traceId}`)).body.items).toEqual([]);
    expect((await as(bob.token, `/rows/${seq}`)).status).toBe(404);
    expect((await as(bob.token, '?scope=system')).status).toBe(403);
    expect((await as(bob.token, '/export?format=csv&scope=system')).status).toBe(403);
    server.context.database.raw.write.prepare("update users set role = 'admin' where id = ?").run(bob.userId);
    const admin = await signIn(server, 'bob@example.org', 'Bob');
    expect((await as(admin.token, `/rows/${seq}`)).status).toBe(404);
    expect((await as(admin.token, '?type=action.')).body.items).toEqual([]);
    expect((await as(admin.token, '?scope=system')).status).toBe(200);
    for (const path of ['', '/rows/1', '/verification', '/export?format=csv', '/verifier']) {
      expect([path, (await server.call('GET', `/api/console/audit${path}`)).status]).toEqual([path, 401]);
      expect([
        path,
        (await server.call('GET', `/api/console/audit${path}`, { key: office.key })).status,
      ]).toEqual([path, 401]);
    }
    expect((await as(bob.token, '/export?format=xml')).status).toBe(400);
    expect((await as(bob.token, '/export?format=csv&x=1')).status).toBe(400);
  });

  it('is verified beside other work, and the first bad rows are named', async () => {
    const desk = await openDesk();
    await live(desk);
    const { database, audit, clock, verification } = desk.server.context;
    database.writer.transaction((tx) => {
      const caller = systemCaller('test', 'job', 'tr_test');
      for (let index = 0; index < 1_500; index += 1)
        audit.append(tx, { type: 'test.happened', caller, ownerId: desk.ownerId }, clock.now());
    });
    const start = () => desk.server.console<Verification & Json>('POST', '/audit/verification');
    const read = async () =>
      (await desk.server.console<Verification & Json>('GET', '/audit/verification')).body;
    expect((await read()).status).toBe('idle');
    expect((await start()).body.status).toBe('running');
    // Others are served meanwhile, and what is written meanwhile is no finding.
    await desk.server.tool(desk.key, 'drafts.create', {
      title: 'Meanwhile',
      content: 'Written while it runs.',
    });
    expect((await start()).body.status).toBe('running');
    await verification.settled();
    const whole = await read();
    expect(whole).toMatchObject({ status: 'done', result: { ok: true, problems: [] } });
    expect(whole.result?.rows).toBe(whole.total);
    database.raw.write.exec("update audit set type = 'forged' where seq in (7, 1200)");
    await start();
    await verification.settled();
    const { result } = await read();
    expect(result?.ok).toBe(false);
    expect(result?.problems.map(({ problem, seq }) => `${problem} ${seq}`)).toEqual([
      'changed 7',
      'changed 1200',
    ]);
  });
});

describe('an exported log', () => {
  let desk: Desk;
  let lines: string[];
  let publicKey: string;
  let keyFingerprint: string;

  beforeAll(async () => {
    desk = await openDesk();
    await live(desk);
    desk.server.context.takeCheckpoint();
    await desk.server.tool(desk.key, 'drafts.create', { title: 'Three', content: 'After the checkpoint.' });
    lines = (await exported(desk.server)).trimEnd().split('\n');
    publicKey = (JSON.parse(lines[0] ?? '') as { publicKey: string }).publicKey;
    const { body } = await desk.server.console<Verification & Json>('GET', '/audit/verification');
    ({ keyFingerprint } = body);
  });

  async function exported(server: TestServer): Promise<string> {
    const answer = await server.console<string>('GET', '/audit/export?format=ndjson');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-disposition']).toMatch(/\.ndjson"$/);
    return answer.body;
  }

  /** What the file that ships with exports says, run by Node alone; the CLI must say the same. */
  async function verdict(text: string, key?: string): Promise<ExportReport & { code: number }> {
    const file = join(folder, 'export.ndjson');
    writeFileSync(file, text);
    const keyFile = join(folder, 'key.pem');
    if (key !== undefined) writeFileSync(keyFile, key);
    const args = [file, ...(key === undefined ? [] : ['--key', keyFile]), '--json'];
    const run = spawnSync(process.execPath, [verifierFile, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: {},
    });
    expect(run.stderr).toBe('');
    let out = '';
    const code = await runCli(['audit', 'verify', '--file', ...args], {
      stdout: (printed) => (out += printed),
      stderr: () => undefined,
      env: {},
    });
    expect(code).toBe(run.status);
    expect(JSON.parse(out)).toEqual(JSON.parse(run.stdout));
    return { ...(JSON.parse(run.stdout) as ExportReport), code };
  }

  const join2 = (kept: readonly string[]): string => `${kept.join('\n')}\n`;
  const isRow = (line: string, seq: number): boolean => {
    const parsed = JSON.parse(line) as { line: string; seq?: number };
    return (parsed.line === 'row' || parsed.line === 'opaque') && parsed.seq === seq;
  };
  const change = (seq: number, to: (row: Json) => Json | undefined): string =>
    join2(
      lines.flatMap((line) => {
        if (!isRow(line, seq)) return [line];
        const next = to(JSON.parse(line) as Json);
        return next ? [JSON.stringify(next)] : [];
      }),
    );
  const named = ({ problems }: ExportReport): string[] =>
    problems.map(({ problem, seq }) => `${problem} ${seq}`);

  it('is whole by the standalone file and by the CLI, and says which key to compare', async () => {
    const report = await verdict(join2(lines));
    expect(report).toMatchObject({ ok: true, code: 0, problems: [], opaque: 0, keyFrom: 'export' });
    expect(report.rows).toBeGreaterThan(8);
    expect(report.keyFingerprint).toBe(keyFingerprint);
    expect(await verdict(join2(lines), publicKey)).toMatchObject({ ok: true, keyFrom: 'given' });
    const words = execFileSync(process.execPath, [verifierFile, join(folder, 'export.ndjson')], {
      encoding: 'utf8',
    });
    expect(words).toContain('The export is whole');
    expect(words).toContain(keyFingerprint);
  });

  it('names a row that was changed', async () => {
    const report = await verdict(change(5, (row) => ({ ...row, type: 'agent.paused' })));
    expect(report.code).toBe(1);
    expect(named(report)).toContain('changed 5');
  });

  it('names sealed data that was changed or taken away', async () => {
    const seq = lines
      .map((line) => JSON.parse(line) as Json)
      .find(({ sealed }) => typeof sealed === 'string')?.['seq'];
    const at = Number(seq);
    expect(named(await verdict(change(at, (row) => ({ ...row, sealed: 'AAAA' }))))).toContain(
      `private-changed ${at}`,
    );
    expect(named(await verdict(change(at, (row) => ({ ...row, sealed: null }))))).toContain(
      `private-missing ${at}`,
    );
  });

  it('names a row that was taken out, put in or doubled', async () => {
    expect(named(await verdict(change(4, () => undefined)))).toContain('missing 4');
    const fourth = lines.findIndex((line) => isRow(line, 4));
    const doubled = lines.toSpliced(fourth, 0, lines[fourth] ?? '');
    expect(named(await verdict(join2(doubled)))).toContain('added 4');
    const last = lines.findLastIndex((line) => line.startsWith('{"line":"row"'));
    const forged = JSON.parse(lines[last] ?? '') as { seq: number; hash: string };
    const more = lines.toSpliced(
      last + 1,
      0,
      JSON.stringify({ line: 'opaque', seq: forged.seq + 1, prevHash: forged.hash, hash: 'ab'.repeat(32) }),
    );
    expect(named(await verdict(join2(more)))).toContain(`added ${forged.seq + 1}`);
  });

  it('names rows cut off the end, and an end without its seal', async () => {
    const last = lines.findLastIndex((line) => line.startsWith('{"line":"row"'));
    const { seq } = JSON.parse(lines[last] ?? '') as { seq: number };
    expect(named(await verdict(join2(lines.toSpliced(last - 1, 2))))).toContain(`cut-off ${seq - 1}`);
    const cut = await verdict(join2(lines.slice(0, -1)));
    expect(named(cut)).toEqual(['file-changed 0']);
    const noHead = lines.with(0, JSON.stringify({ ...(JSON.parse(lines[0] ?? '') as Json), head: null }));
    expect(named(await verdict(join2(noHead))).join()).toMatch(/cut-off/);
  });

  it('names a forged checkpoint, and another key', async () => {
    const at = lines.findIndex((line) => line.startsWith('{"line":"checkpoint"'));
    const checkpoint = JSON.parse(lines[at] ?? '') as { seq: number };
    const forged = lines.with(at, JSON.stringify({ ...checkpoint, head: 'cd'.repeat(32) }));
    expect(named(await verdict(join2(forged)))).toContain(`bad-signature ${checkpoint.seq}`);
    const { publicKey: other } = generateKeyPairSync('ed25519');
    const pem = other.export({ type: 'spki', format: 'pem' }).toString();
    const wrong = await verdict(join2(lines), pem);
    expect(wrong.ok).toBe(false);
    expect(new Set(wrong.problems.map(({ problem }) => problem))).toEqual(new Set(['bad-signature']));
    expect(named(await verdict(join2(lines), 'not a key'))).toContain('bad-signature 0');
  });

  it('names what no row covers: a row made unreadable, a line that is none', async () => {
    const hidden = await verdict(
      change(5, ({ seq, hash, prevHash }) => ({ line: 'opaque', seq, hash, prevHash })),
    );
    expect(named(hidden)).toEqual(['file-changed 0']);
    expect(named(await verdict(join2(lines.toSpliced(3, 0, 'nonsense'))))).toContain('file-changed 0');
    const file = join(folder, 'other.txt');
    writeFileSync(file, 'hello\n');
    expect(spawnSync(process.execPath, [verifierFile, file], { encoding: 'utf8' })).toMatchObject({
      status: 2,
    });
    expect(spawnSync(process.execPath, [verifierFile], { encoding: 'utf8' }).stderr).toContain('usage');
  });

  it('holds of other people only their place in the chain, and still verifies', async () => {
    const office: Office = await openOffice();
    const { server, person } = office;
    await server.tool(office.key, 'drafts.create', { title: 'Mine', content: 'A text of Anna.' });
    const bob = await signIn(server, 'bob@example.org', 'Bob');
    await server.tool(office.key, 'drafts.create', { title: 'Mine', content: 'Another text of Anna.' });
    const download = async (token: string) =>
      (await server.call<string>('GET', '/api/console/audit/export?format=ndjson', { key: token })).body;
    const parse = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Json);
    const bobs = await download(bob.token);
    expect(await verdict(bobs)).toMatchObject({ ok: true, ownerId: bob.userId });
    for (const line of parse(bobs)) {
      if (line['line'] === 'row') expect(line['ownerId']).toBe(bob.userId);
      if (line['line'] === 'opaque')
        expect(Object.keys(line).toSorted()).toEqual(['hash', 'line', 'prevHash', 'seq']);
    }
    expect(bobs).not.toContain(person.userId);
    server.context.database.raw.write.prepare("update users set role = 'admin' where id = ?").run(bob.userId);
    const admin = await signIn(server, 'bob@example.org', 'Bob');
    const whole = await download(admin.token);
    const report = await verdict(whole);
    expect(report.ok).toBe(true);
    expect(report.opaque).toBeGreaterThan(3);
    const foreign = parse(whole).find(
      ({ line, ids }) => line === 'opaque' && (ids as Json)['type'] === 'action.proposed',
    );
    expect(foreign).toMatchObject({ ids: { ownerId: person.userId } });
    expect(JSON.stringify(foreign)).not.toContain('face');
  });

  it('is a table under the same filters, in which nothing is a formula', async () => {
    const own = await openDesk();
    await live(own);
    const { body } = await own.server.console<string>('GET', '/audit/export?format=csv&type=action.proposed');
    const rows = body.trimEnd().split('\r\n');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toBe(
      '\uFEFFseq,time,type,actor_type,actor_id,agent_id,subject_type,subject_id,trace_id,data,private_hash,prev_hash,hash',
    );
    expect(rows.slice(1).every((row) => row.includes('action.proposed'))).toBe(true);
    expect(['=1+1', '+1', '-1', '@x', ' =1', '\t=1', 'a,"b"', '\r=1'].map(toCell)).toEqual([
      "'=1+1",
      "'+1",
      "'-1",
      "'@x",
      "' =1",
      "'\t=1",
      '"a,""b"""',
      '"\'\r=1"',
    ]);
  });

  it('comes with its verifier', async () => {
    const own = await openDesk({ verifierFile });
    const { status, body } = await own.server.console('GET', '/audit/verifier');
    expect(status).toBe(200);
    expect(body).toBe(readFileSync(verifierFile, 'utf8'));
    const without = await openDesk();
    expect((await without.server.console('GET', '/audit/verifier')).status).toBe(404);
  });
});
