import { randomUUID } from 'node:crypto';
import { dataOf, sendCall, stringOf, UnansweredError, type Answer, type Call } from './http-calls';
import type { Ledger, LedgerEntry, Step } from './ledger';

/** Where calls go at the moment, and who makes them. */
export interface Desk {
  url: string;
  ownerToken: string;
  agentKeys: readonly string[];
  /** A call that the killer watches. */
  send(step: Step, call: Call): Promise<Answer>;
}

/** One call of a round, and what is to be done about it after the server was killed. */
export interface Operation {
  readonly step: Step;
  /** `unanswered`: no 2xx was seen, so that nobody can know whether it happened. */
  readonly outcome: () => 'unsent' | 'acknowledged' | 'unanswered';
  run(): Promise<void>;
  /** Repeats it as a careful caller does. Answers whether the first try had taken effect. */
  settle(): Promise<boolean>;
}

type Data = Readonly<Record<string, unknown>>;

const GATEWAY = '/api/mcp';

export function createOperations(desk: Desk, ledger: Ledger) {
  const track = (
    step: Step,
    work: { first(): Promise<void>; again(wasAcknowledged: boolean): Promise<boolean> },
  ): Operation => {
    let outcome: 'unsent' | 'acknowledged' | 'unanswered' = 'unsent';
    return {
      step,
      outcome: () => outcome,
      async run() {
        outcome = 'unanswered';
        try {
          await work.first();
          outcome = 'acknowledged';
        } catch (error) {
          // The head of a 2xx is an acknowledgement, however its body ended.
          if (error instanceof UnansweredError && isGood(error.status)) outcome = 'acknowledged';
          throw error;
        }
      },
      async settle() {
        const wasApplied = await work.again(outcome === 'acknowledged');
        if (outcome === 'acknowledged' && !wasApplied) throw new Error(`An acknowledged ${step} was lost`);
        return wasApplied;
      },
    };
  };

  const tool = (entry: LedgerEntry, name: string, payload: Data, key?: string): Call => ({
    method: 'POST',
    path: GATEWAY,
    token: desk.agentKeys[entry.agent] ?? '',
    body: { tool: name, payload },
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });

  const ask = async (entry: LedgerEntry, name: string, payload: Data): Promise<Data> =>
    dataOf(await sendCall(desk.url, tool(entry, name, payload)), name);

  const onConsole = (entry: LedgerEntry, verb: string, body?: unknown): Call => ({
    method: body === undefined ? 'GET' : 'POST',
    path: `/api/console/inbox/${entry.actionId}${verb === '' ? '' : `/${verb}`}`,
    token: desk.ownerToken,
    ...(body === undefined ? {} : { body }),
  });

  const detailOf = async (entry: LedgerEntry): Promise<Data> =>
    dataOf(await sendCall(desk.url, onConsole(entry, '')), 'the proposal');

  const seen = (entry: LedgerEntry) => ({ version: entry.version, hash: entry.hash });

  /** Creations and revisions: the same key gives the same answer, whether or not the first one arrived. */
  const propose = (
    step: 'create' | 'revise',
    entry: LedgerEntry,
    content: string,
    payload: Data,
  ): Operation => {
    const call = tool(entry, 'drafts.create', payload, randomUUID());
    let first: string | undefined;
    const keep = (answer: Answer): void => {
      const data = dataOf(answer, step);
      entry.draftId = stringOf(data, 'draftId');
      entry.hash = stringOf(data, 'payloadSha256');
      entry.version = Number(data['version']);
      entry.content = content;
      entry.standing = 'pending';
    };
    return track(step, {
      async first() {
        const answer = await desk.send(step, call);
        first = answer.text;
        keep(answer);
      },
      async again() {
        const answer = await sendCall(desk.url, call);
        if (first !== undefined && answer.text !== first) {
          throw new Error(`A repeated ${step} got another answer:\n${first}\n${answer.text}`);
        }
        keep(answer);
        return answer.isReplayed;
      },
    });
  };

  return {
    create(entry: LedgerEntry): Operation {
      const content = ledger.newText(entry, 'First words');
      return propose('create', entry, content, { title: `On ${entry.word}`, content, note: 'Please look.' });
    },

    revise(entry: LedgerEntry): Operation {
      const content = ledger.newText(entry, 'Better words');
      return propose('revise', entry, content, {
        title: `On ${entry.word}`,
        content,
        draftId: entry.draftId,
      });
    },

    withdraw(entry: LedgerEntry): Operation {
      const payload = { draftId: entry.draftId };
      return track('withdraw', {
        async first() {
          dataOf(await desk.send('withdraw', tool(entry, 'proposals.withdraw', payload)), 'withdraw');
          entry.standing = 'withdrawn';
        },
        async again() {
          const { status } = await ask(entry, 'proposals.get', payload);
          await ask(entry, 'proposals.withdraw', payload);
          entry.standing = 'withdrawn';
          return status === 'WITHDRAWN';
        },
      });
    },

    read(entry: LedgerEntry): Operation {
      return track('read', {
        async first() {
          dataOf(await desk.send('read', onConsole(entry, 'read', seen(entry))), 'read');
        },
        async again() {
          const { isRead } = await detailOf(entry);
          dataOf(await sendCall(desk.url, onConsole(entry, 'read', seen(entry))), 'read');
          return isRead === true;
        },
      });
    },

    edit(entry: LedgerEntry): Operation {
      const content = ledger.newText(entry, 'The words of its owner');
      const before = entry.version;
      const body = (): Data => ({ ...seen(entry), fields: { content } });
      const keep = (detail: Data): void => {
        entry.version = Number(detail['version']);
        entry.hash = hashIn(detail);
        entry.content = content;
      };
      return track('edit', {
        async first() {
          keep(dataOf(await desk.send('edit', onConsole(entry, 'edit', body())), 'edit'));
        },
        async again() {
          const detail = await detailOf(entry);
          const isThere = Number(detail['version']) === before + 1;
          if (isThere) keep(detail);
          else keep(dataOf(await sendCall(desk.url, onConsole(entry, 'edit', body())), 'edit'));
          return isThere;
        },
      });
    },

    decide(entry: LedgerEntry, verdict: 'approve' | 'reject'): Operation {
      const standing = verdict === 'approve' ? 'executed' : 'rejected';
      const before = entry.decided;
      const keep = (): void => {
        entry.standing = standing;
        entry.decided = before + 1;
      };
      const call = (): Call =>
        onConsole(entry, 'decide', {
          ...seen(entry),
          verdict,
          ...(verdict === 'reject' ? { reasonCode: 'not_now' } : {}),
        });
      return track(verdict, {
        async first() {
          dataOf(await desk.send(verdict, call()), verdict);
          keep();
        },
        async again() {
          // It may have been taken back since: then it was made all the same.
          const decisions = decisionsIn(await detailOf(entry));
          const wasMade = decisions.length > before;
          if (wasMade && decisions[before]?.verdict !== verdict) throw new Error('Decided otherwise');
          if (!wasMade) dataOf(await sendCall(desk.url, call()), verdict);
          else if (decisions[before]?.isInForce === true) {
            const { json, text } = await sendCall(desk.url, call());
            if (json['code'] !== 'already_decided') throw new Error(`A repeated ${verdict} heard ${text}`);
          }
          keep();
          return wasMade;
        },
      });
    },

    /** Takes back the decision before it, while that is in grace. */
    undo(entry: LedgerEntry): Operation {
      const isInTime = (detail: Data): boolean =>
        typeof detail['runAt'] === 'string' && Date.parse(detail['runAt']) > Date.now() + UNDO_MARGIN_MS;
      const press = async (send: (call: Call) => Promise<Answer>): Promise<void> => {
        const { status, isUndone } = dataOf(await send(onConsole(entry, 'undo', {})), 'undo');
        if (status !== 'pending' || isUndone !== false) throw new Error(`Undone to ${String(status)}`);
        entry.standing = 'pending';
      };
      return track('undo', {
        async first() {
          // Later than this it would undo what was done, which is another thing.
          if (isInTime(await detailOf(entry))) await press((call) => desk.send('undo', call));
          else throw new UnansweredError(undefined, 'too late to take it back');
        },
        async again() {
          const detail = await detailOf(entry);
          const wasTakenBack = detail['status'] === 'pending';
          if (wasTakenBack) entry.standing = 'pending';
          else if (isInTime(detail)) await press((call) => sendCall(desk.url, call));
          return wasTakenBack;
        },
      });
    },

    detailOf,
    ask,
  };
}

export type Operations = ReturnType<typeof createOperations>;

/** An undo is pressed only with this much of grace left. */
const UNDO_MARGIN_MS = 1_000;

function decisionsIn(detail: Data): readonly { readonly verdict: string; readonly isInForce: boolean }[] {
  return detail['decisions'] as readonly { readonly verdict: string; readonly isInForce: boolean }[];
}

function isGood(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** The hash of the newest version in an answer about a proposal. */
function hashIn(detail: Data): string {
  const versions = detail['versions'] as readonly { readonly version: number; readonly hash: string }[];
  const current = versions.find(({ version }) => version === detail['version']);
  if (!current) throw new Error('The answer lacks its version');
  return current.hash;
}
