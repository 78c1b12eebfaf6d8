import type { InboxDetail } from '../contract/console/inbox';
import type { Desk, HeldData, MmaOk, Outcome } from './mma-fixture';
import type { Answer } from './test-server';

/** What an agent and its owner do to proposals, where a test looks at each step; nothing waits for grace here. */
export interface InboxSteps {
  /** Proposes a post; answers its draft id. */
  propose(content?: string): Promise<string>;
  idOf(draftId: string): string;
  detail(draftId: string): Promise<InboxDetail>;
  /** What the window saw of the current version. */
  seen(draftId: string): Promise<{ version: number; hash: string | undefined }>;
  read(draftId: string): Promise<Answer<Outcome>>;
  /** Reads where that is needed, and decides; the decision stays in grace, where there is any. */
  decide(draftId: string, verdict: 'approve' | 'reject', more?: object): Promise<Answer<Outcome>>;
  /** `POST /inbox/:id/VERB`. */
  press(draftId: string, verb: string, body?: object): Promise<Answer<Outcome>>;
  /** `proposals.get`. */
  asAgent(draftId: string): Promise<Record<string, unknown>>;
  /** Ids shown in a tab, in their order. */
  tab(tab: 'pending' | 'snoozed' | 'decided' | 'failed'): Promise<string[]>;
  /** Types of the audit rows about a proposal. */
  auditOf(draftId: string): string[];
  /** The single value of a query. */
  count(sql: string): number;
}

export function inboxSteps({ server, key }: Pick<Desk, 'server' | 'key'>): InboxSteps {
  const { read } = server.context.database.raw;
  const idOf = (draftId: string): string =>
    String(read.prepare('select id from actions where subject_id = ?').pluck().get(draftId));
  const press: InboxSteps['press'] = (draftId, verb, body) =>
    server.console<Outcome>('POST', `/inbox/${idOf(draftId)}/${verb}`, body);
  const detail: InboxSteps['detail'] = async (draftId) =>
    (await server.console<InboxDetail>('GET', `/inbox/${idOf(draftId)}`)).body;
  const seen: InboxSteps['seen'] = async (draftId) => {
    const { version, versions } = await detail(draftId);
    return { version, hash: versions.at(-1)?.hash };
  };
  return {
    idOf,
    press,
    detail,
    seen,
    async propose(content = 'A first post') {
      const answer = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { content });
      return answer.body.data.draftId;
    },
    read: async (draftId) => press(draftId, 'read', await seen(draftId)),
    async decide(draftId, verdict, more = {}) {
      const body = await seen(draftId);
      if (verdict === 'approve') await press(draftId, 'read', body);
      return press(draftId, 'decide', { ...body, verdict, ...more });
    },
    async asAgent(draftId) {
      return (await server.tool<MmaOk>(key, 'proposals.get', { draftId })).body.data;
    },
    async tab(tab) {
      const list = await server.console<{ items: InboxDetail[] }>('GET', `/inbox?tab=${tab}`);
      return list.body.items.map(({ id }) => id);
    },
    auditOf: (draftId) =>
      read
        .prepare('select type from audit where subject_id = ? order by seq')
        .pluck()
        .all(idOf(draftId)) as string[],
    count: (sql) => Number(read.prepare(sql).pluck().get()),
  };
}
