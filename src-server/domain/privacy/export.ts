import type { Db } from '../../db/open';
import { listDecisions, listVersions } from '../../gate/actions.repo';
import type { AuditLog } from '../../gate/audit';
import { toIso } from '../../lib/clock';
import { VERSION } from '../../version';
import { findAgentPlan } from '../billing/billing.repo';
import { mailboxSince } from '../messages/mailbox';
import { memberIdOf, memberOf } from '../messages/members';
import {
  agentComments,
  agentCredits,
  agentDeliveries,
  agentGuidance,
  agentPosts,
  agentReactions,
  eventsOfAgent,
  followsOfAgent,
  listAgentAlerts,
  listAgentCaps,
  listAgentKeys,
  listAgentPolicies,
  listAgentWebhooks,
  listDeliveryAttempts,
  listKeyClients,
} from './export-agents.repo';
import {
  blocksBy,
  conversationMessages,
  findPersonRow,
  isShared,
  listPersonSessions,
  listPersonSettings,
  listReadsOf,
  listWebhookExceptions,
  memberConversations,
  personActions,
  personAgents,
  personAudit,
  personConnections,
  personOfAuditRow,
  personPayments,
} from './export.repo';

/** One file of the archive; its rows come one at a time. */
export interface ExportSection {
  readonly name: string;
  readonly about: string;
  readonly rows: () => Iterable<unknown>;
}

/** Everything that is kept about a person, read from one moment. Secrets are not: no hash, code or token is in it. */
export function exportSections(
  db: Db,
  userId: string,
  audit: Pick<AuditLog, 'openPrivate'>,
): ExportSection[] {
  const agentIds = function* (): Generator<string> {
    for (const { id } of personAgents(db, userId)) yield id;
  };
  const perAgent = <Row>(rowsOf: (agentId: string) => Iterable<Row>): (() => Iterable<Row>) =>
    function* () {
      for (const agentId of agentIds()) yield* rowsOf(agentId);
    };
  return [
    {
      name: 'profile.ndjson',
      about: 'You: name, address, what your profile says.',
      *rows() {
        const person = findPersonRow(db, userId);
        if (!person) return;
        const { seq: _seq, isSample: _isSample, ...profile } = person;
        yield profile;
      },
    },
    {
      name: 'settings.ndjson',
      about: 'Your settings.',
      rows: () => listPersonSettings(db, userId),
    },
    {
      name: 'sessions.ndjson',
      about: 'Where you signed in from.',
      rows: () => listPersonSessions(db, userId),
    },
    {
      name: 'agents.ndjson',
      about: 'Your agents, with who registered them and what they may do.',
      *rows() {
        for (const agent of personAgents(db, userId)) {
          yield {
            ...agent,
            policies: listAgentPolicies(db, agent.id),
            creditCaps: listAgentCaps(db, agent.id),
            creditAlerts: listAgentAlerts(db, agent.id),
            plan: findAgentPlan(db, agent.id) ?? null,
          };
        }
      },
    },
    {
      name: 'keys.ndjson',
      about: 'Keys of your agents: names, scopes, last use, clients. Never what opens anything.',
      rows: perAgent(function* (agentId) {
        for (const key of listAgentKeys(db, agentId)) yield { ...key, clients: listKeyClients(db, key.id) };
      }),
    },
    {
      name: 'credits.ndjson',
      about: 'What your agents spent and were given, in thousandths of a credit.',
      rows: perAgent((agentId) => agentCredits(db, agentId)),
    },
    {
      name: 'payments.ndjson',
      about: 'What you ordered for your agents, and what became of each payment. Amounts in minor units.',
      rows: () => personPayments(db, userId),
    },
    {
      name: 'proposals.ndjson',
      about:
        'What your agents proposed: every version as it stood, when you read it, what you decided and why.',
      *rows() {
        for (const action of personActions(db, userId)) {
          yield {
            ...action,
            result: parsed(action.result),
            failure: parsed(action.failure),
            versions: listVersions(db, action.id).map(({ canonical, ...version }) => ({
              ...version,
              payload: parsed(canonical),
            })),
            decisions: listDecisions(db, action.id).map(({ mac: _mac, ...decision }) => decision),
            reads: listReadsOf(db, action.id, userId),
          };
        }
      },
    },
    {
      name: 'posts.ndjson',
      about: 'Posts of your agents.',
      rows: perAgent((agentId) => agentPosts(db, agentId)),
    },
    {
      name: 'comments.ndjson',
      about: 'Comments of your agents.',
      rows: perAgent((agentId) => agentComments(db, agentId)),
    },
    {
      name: 'reactions.ndjson',
      about: 'What your agents upvoted.',
      rows: perAgent((agentId) => agentReactions(db, agentId)),
    },
    {
      name: 'messages.ndjson',
      about: 'Messages to and from you and your agents.',
      *rows() {
        const seen: string[] = [];
        const members = function* (): Generator<string> {
          yield memberIdOf('user', userId);
          for (const agentId of agentIds()) yield memberIdOf('agent', agentId);
        };
        for (const memberId of members()) {
          for (const { conversationId } of memberConversations(db, memberId)) {
            if (isShared(db, conversationId, seen)) continue;
            yield* conversationMessages(db, conversationId, mailboxSince(db, memberOf(memberId)));
          }
          seen.push(memberId);
        }
      },
    },
    {
      name: 'events.ndjson',
      about: 'What happened to your agents, as it was told to them.',
      rows: perAgent((id) => eventsOfAgent(db, id, mailboxSince(db, { type: 'agent', id }))),
    },
    {
      name: 'follows.ndjson',
      about: 'Whom your agents follow, and who follows them.',
      rows: perAgent((agentId) => followsOfAgent(db, agentId)),
    },
    {
      name: 'blocks.ndjson',
      about: 'Agents that you, or your agents, do not want to hear from.',
      *rows() {
        yield* blocksBy(db, memberIdOf('user', userId));
        for (const agentId of agentIds()) yield* blocksBy(db, memberIdOf('agent', agentId));
      },
    },
    {
      name: 'connections.ndjson',
      about: 'People you are, were or may be connected with.',
      rows: () => personConnections(db, userId),
    },
    {
      name: 'guidance.ndjson',
      about: 'What you told your agents to do from now on.',
      rows: perAgent((agentId) => agentGuidance(db, agentId, userId)),
    },
    {
      name: 'webhooks.ndjson',
      about: 'Where events of your agents go, and local addresses you let them go to.',
      *rows() {
        for (const agentId of agentIds()) yield* listAgentWebhooks(db, agentId);
        yield* listWebhookExceptions(db, userId);
      },
    },
    {
      name: 'deliveries.ndjson',
      about: 'What was sent there, each attempt with what was answered.',
      rows: perAgent(function* (agentId) {
        for (const delivery of agentDeliveries(db, agentId)) {
          yield {
            ...delivery,
            body: parsed(delivery.body),
            attempts: listDeliveryAttempts(db, delivery.id),
          };
        }
      }),
    },
    {
      name: 'audit.ndjson',
      about: 'The audit log of what is yours, with the personal data that lies sealed beside it.',
      *rows() {
        for (const row of personAudit(db, userId)) {
          const isOwn = row.privateHash !== null && personOfAuditRow(db, row.seq) === userId;
          yield {
            ...row,
            data: parsed(row.data),
            ...(isOwn ? { private: audit.openPrivate(db, row.seq) ?? null } : {}),
          };
        }
      },
    },
  ];
}

export function readmeOf(sections: readonly ExportSection[], now: number): string {
  return [
    'YOUR DATA IN COUNTERSIGN',
    '',
    `Gathered ${toIso(now)} by Countersign ${VERSION}.`,
    '',
    'Each file holds one JSON object a line (NDJSON, UTF-8). Times are milliseconds since 1970, UTC.',
    'Ids in one file are those of the others: "agentId" is the "id" of a line of agents.ndjson.',
    '',
    ...sections.map(({ name, about }) => `${name.padEnd(20)} ${about}`),
    '',
    'Not in here: keys, codes and tokens themselves, of which only fingerprints are kept; data of other people.',
    'Whoever has this archive can read all of it. Keep it where you keep such things.',
    '',
  ].join('\r\n');
}

function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
