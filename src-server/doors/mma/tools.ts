import { id, type Scope } from '../../contract/common';
import * as contract from '../../contract/mma/tools';
import { postBody } from '../../contract/mma/v1';
import { registerBody, type RegisterAnswer } from '../../contract/mma/register';
import type { Reader } from '../../db/open';
import type { Caller } from '../../gate/caller';
import type { ActionDefinition, QueryDefinition } from '../../gate/define-action';
import type { Gate } from '../../gate/gate';
import type { Answering } from '../../gate/idempotency';
import { requireDecider } from '../../gate/decide';
import { findActionOfSubject, type ActionRow } from '../../gate/actions.repo';
import { toIso } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import type { createProposalQueries } from '../../domain/approvals/proposals.queries';
import { getOwnProposal, requireAgentActor } from '../../domain/approvals/proposals.queries';
import { agentStatusOf, presentProposal } from '../../domain/approvals/proposals.present';
import { publishInput, publishPost, toPublishInput } from '../../domain/posts/posts.actions';
import { findPost, type PostRow } from '../../domain/posts/posts.repo';
import type { MessageActions } from '../../domain/messages/messages.actions';
import type { NetworkActions } from '../../domain/network/network.actions';
import {
  admitted,
  answerToolOnce,
  parsePayload,
  performTool,
  PROPOSE,
  READ,
  type MmaTool,
  type ToolData,
} from './tool';

/** A query bound to the gate, its types forgotten. */
export interface BoundQuery {
  readonly scope: Scope | null;
  readonly isOpen: boolean;
  readonly isOpenWhilePaused: boolean;
  run(payload: unknown, caller: Caller): Promise<object>;
}

export function bindQuery<Input, Output extends object>(
  gate: Gate,
  definition: QueryDefinition<Input, Output>,
): BoundQuery {
  return {
    scope: definition.scope,
    isOpen: definition.isOpen === true,
    isOpenWhilePaused: definition.isOpenWhilePaused === true,
    run: (payload, caller) => gate.query(definition, payload ?? {}, caller),
  };
}

export interface MmaToolDeps {
  readonly gate: Gate;
  readonly reader: Reader;
  readonly actions: ReadonlyMap<string, ActionDefinition<unknown, unknown>>;
  readonly proposals: ReturnType<typeof createProposalQueries>;
  readonly search: BoundQuery;
  readonly moderation: BoundQuery;
  readonly health: BoundQuery;
  readonly drafts: BoundQuery;
  readonly messages: MessageActions;
  readonly network: NetworkActions;
  readonly publicUrl: () => string;
  readonly register: (payload: unknown, caller: Caller) => Promise<RegisterAnswer>;
}

/** The thirteen tools of the document (MCP-4), `proposals.*`, and `agents.invite` of the published client. */
export function createMmaTools(deps: MmaToolDeps): readonly MmaTool[] {
  const { gate, reader } = deps;

  const queryTool = (
    definition: BoundQuery,
    tool: Pick<MmaTool, 'name' | 'title' | 'description' | 'payload'> & Partial<MmaTool>,
  ): MmaTool => ({
    scope: definition.scope,
    actors: ['agent', 'user'],
    isOpen: definition.isOpen,
    isOpenWhilePaused: definition.isOpenWhilePaused,
    hasForeignText: false,
    annotations: READ,
    async call(payload, caller) {
      return { data: { ...(await definition.run(payload, caller)) } };
    },
    ...tool,
  });

  const postUrl = (post: PostRow): string => `${deps.publicUrl()}/post/${post.id}`;
  const presentPost = (post: PostRow): ToolData => ({
    postId: post.id,
    status: post.status,
    visibility: post.visibility,
    title: post.title,
    content: post.content,
    publishedAt: post.publishedAt === null ? null : toIso(post.publishedAt),
    url: postUrl(post),
  });

  /** C-69: on the agent gateway payments are for people, and an agent always hears so. */
  const paymentTool = (
    name: string,
    title: string,
    description: string,
    payload: MmaTool['payload'],
  ): MmaTool => ({
    name,
    title,
    description,
    payload,
    scope: 'write:payments',
    actors: ['user'],
    isOpen: false,
    hasForeignText: false,
    annotations: { ...PROPOSE, destructiveHint: true },
    async call(_payload, caller) {
      if (caller.actor.type === 'user')
        throw new AppError('tool_not_found', `${name} is not available to people yet.`);
      throw new AppError('actor_denied', `${name} moves money, and only a person does that.`);
    },
  });

  const userOnly = (caller: Caller, name: string): void => {
    if (caller.actor.type === 'agent') {
      throw new AppError('actor_denied', `${name} is a person's to do; ask proposals.get what they decided.`);
    }
  };

  const publishDraft = (payload: unknown, caller: Caller): ToolData => {
    const { postId } = parsePayload(contract.publishPayload, payload);
    const post = findPost(reader, postId);
    const action = findActionOfSubject(reader, postId);
    if (caller.actor.type === 'agent') {
      const agent = caller.actor;
      if (!post || post.agentId !== agent.agentId) throw notFound('post');
      // C-30: after approval the call is idempotent and answers the public post; before, it is nobody's but a person's.
      if (post.status === 'PUBLISHED') return presentPost(post);
      throw new AppError(
        'actor_denied',
        post.status === 'REMOVED'
          ? 'A person publishes drafts. This one was public, and your owner took it down.'
          : 'A person publishes drafts. This one has not been approved.',
        { details: { status: post.status } },
      );
    }
    const user = requireDecider(caller);
    if (!post || !action || action.ownerId !== user.userId) throw notFound('post');
    if (post.status === 'PUBLISHED') return presentPost(post);
    throw new AppError(
      'invalid_transition',
      'This draft has not been approved; approve it with drafts.updateStatus.',
      {
        details: { status: post.status },
      },
    );
  };

  const updateStatus = (payload: unknown, caller: Caller, answering: Answering<ToolData>): void => {
    const input = parsePayload(contract.draftStatusPayload, payload);
    const user = requireDecider(caller);
    const action = findActionOfSubject(reader, input.postId);
    if (!action || action.ownerId !== user.userId) throw notFound('draft');
    if (input.payloadSha256 === undefined && action.version > 1) {
      throw new AppError(
        'invalid_transition',
        'payloadSha256: this draft had several versions; name the hash of the one you decide on.',
        { fields: [{ path: 'payloadSha256', message: 'is required' }] },
      );
    }
    gate.decide(
      {
        actionId: action.id,
        version: action.version,
        hash: input.payloadSha256 ?? action.hash,
        verdict: input.action,
        channel: 'api',
      },
      caller,
      answering((tx, decided) => {
        const post = findPost(tx, decided.subjectId);
        return post ? presentPost(post) : { postId: input.postId, status: agentStatusOf(decided) };
      }),
    );
  };

  const tools: MmaTool[] = [
    queryTool(deps.search, {
      name: 'search.query',
      title: 'Search',
      description: 'Full-text search over public posts, profiles and jobs, with pages of at most 30 results.',
      payload: contract.searchPayload,
      hasForeignText: true,
    }),
    queryTool(deps.moderation, {
      name: 'moderation.check',
      title: 'Check a text',
      description:
        'Says before you propose a text whether it holds e-mail addresses, phone numbers, secrets, hidden characters or is a duplicate.',
      payload: contract.moderationPayload,
    }),
    queryTool(deps.health, {
      name: 'health.snapshot',
      title: 'Health',
      description: 'Platform health and uptime.',
      payload: contract.emptyPayload,
    }),
    {
      name: 'drafts.create',
      title: 'Propose a post',
      description:
        'Creates a draft post (visibility: draft). A person decides whether it is published; ask proposals.get for the outcome. With draftId it replaces a pending or rejected draft of yours by a new version.',
      payload: contract.draftPayload,
      scope: 'write:drafts',
      actors: ['agent'],
      isOpen: false,
      hasForeignText: false,
      annotations: PROPOSE,
      async call(payload, caller, options) {
        const { note, draftId, ...input } = parsePayload(contract.draftPayload, payload);
        const agent = requireAgentActor(caller);
        const revised = draftId === undefined ? undefined : getOwnProposal(reader, draftId, agent);
        const given = { ...(revised ? placeOf(reader, revised) : {}), ...input };
        return performTool(gate, publishPost, toPublishInput(given), caller, {
          ...options,
          note: note ?? options.note,
          revises: revised?.id,
          present: ({ result, subjectId }) => ({ ...result, draftId: subjectId }),
        });
      },
    },
    queryTool(deps.drafts, {
      name: 'drafts.list',
      title: 'My drafts',
      description: 'Your own drafts and what became of them, newest first.',
      payload: contract.draftsListPayload,
    }),
    {
      name: 'drafts.updateStatus',
      title: 'Decide on a draft',
      description: 'Approve makes a draft public, reject removes it. For people and the system only.',
      payload: contract.draftStatusPayload,
      scope: 'write:drafts',
      actors: ['user'],
      isOpen: false,
      hasForeignText: false,
      annotations: { ...PROPOSE, destructiveHint: true },
      async call(payload, caller, options) {
        userOnly(caller, 'drafts.updateStatus');
        return answerToolOnce(gate, caller, options, (answering) => updateStatus(payload, caller, answering));
      },
    },
    {
      name: 'connections.request',
      title: 'Ask to connect',
      description: 'Proposes a connection to a person. Your owner decides whether it is sent.',
      payload: contract.connectionRequestPayload,
      scope: 'write:drafts',
      actors: ['agent'],
      isOpen: false,
      hasForeignText: false,
      annotations: PROPOSE,
      async call(payload, caller, options) {
        const { note, ...input } = parsePayload(contract.connectionRequestPayload, payload);
        return performTool(gate, deps.network.request, input, caller, {
          ...options,
          note: note ?? options.note,
          present: ({ result }) => ({ ...result }),
        });
      },
    },
    {
      name: 'connections.respond',
      title: 'Answer a connection request',
      description: 'Accepts or rejects a connection request. For people only.',
      payload: contract.connectionResponsePayload,
      scope: 'write:drafts',
      actors: ['user'],
      isOpen: false,
      hasForeignText: false,
      annotations: PROPOSE,
      async call(payload, caller, options) {
        userOnly(caller, 'connections.respond');
        return answerToolOnce(gate, caller, options, (answering) =>
          gate.command(
            deps.network.respond,
            payload ?? {},
            caller,
            answering((_tx, answered) => ({ ...answered })),
          ),
        );
      },
    },
    {
      name: 'posts.publish',
      title: 'Publish an approved draft',
      description: 'Answers the public post once a person approved the draft; before that it is refused.',
      payload: contract.publishPayload,
      scope: 'write:publish',
      actors: ['agent', 'user'],
      isOpen: false,
      hasForeignText: false,
      annotations: { ...PROPOSE, idempotentHint: true },
      call: (payload, caller, options) =>
        answerToolOnce(gate, caller, options, (answering) =>
          gate.keepAnswer(
            publishDraft(payload, caller),
            answering((_tx, post) => post),
          ),
        ),
    },
    {
      name: 'messages.sendHuman',
      title: 'Propose a message',
      description: 'Proposes a direct message to a person. Your owner decides whether it is sent.',
      payload: contract.sendHumanPayload,
      scope: 'write:messages',
      actors: ['agent'],
      isOpen: false,
      hasForeignText: false,
      annotations: PROPOSE,
      async call(payload, caller, options) {
        const { note, ...input } = parsePayload(contract.sendHumanPayload, payload);
        return performTool(gate, deps.messages.send, input, caller, {
          ...options,
          note: note ?? options.note,
          present: ({ result }) => ({ ...result }),
        });
      },
    },
    paymentTool(
      'deals.createCheckout',
      'Pay a deal',
      'Creates a checkout for an existing deal. For people only.',
      contract.checkoutPayload,
    ),
    paymentTool(
      'payouts.request',
      'Ask for a payout',
      'Requests a wallet payout of at least 10 EUR. For people only.',
      contract.payoutPayload,
    ),
    paymentTool(
      'charity.donate',
      'Donate',
      'Donates to a charity project, 2 % fee. For people only.',
      contract.donatePayload,
    ),
    queryTool(bindQuery(gate, deps.proposals.list), {
      name: 'proposals.list',
      title: 'My proposals',
      description: 'Everything you proposed and what became of it, newest first.',
      payload: contract.proposalsListPayload,
    }),
    queryTool(bindQuery(gate, deps.proposals.get), {
      name: 'proposals.get',
      title: 'Outcome of a proposal',
      description:
        'Status, decision, reason and note of one of your proposals, and what the person changed before approving. Where decision.edited is true, the final words are in input. REMOVED: it was done, and the person took it back.',
      payload: contract.proposalPayload,
    }),
    queryTool(bindQuery(gate, deps.proposals.guidance), {
      name: 'proposals.guidance',
      title: 'What your owner wants',
      description:
        'Standing words of your owner: what to keep to from now on, newest first, for one kind of action or for all. Read them before you propose.',
      payload: contract.guidancePayload,
    }),
    {
      name: 'proposals.revise',
      title: 'Revise a proposal',
      description: 'Replaces a pending or rejected proposal of yours by a new version with this input.',
      payload: contract.revisePayload,
      scope: 'write:drafts',
      actors: ['agent'],
      isOpen: false,
      hasForeignText: false,
      annotations: PROPOSE,
      async call(payload, caller, options) {
        const { draftId, input, note } = parsePayload(contract.revisePayload, payload);
        const action = getOwnProposal(reader, draftId, requireAgentActor(caller));
        const definition = deps.actions.get(action.actionName);
        if (!definition) throw notFound('proposal');
        const filled = definition.name === publishPost.name ? toPublishInput(revisedPost(input)) : input;
        return performTool(gate, definition, filled, caller, {
          ...options,
          note: note ?? options.note,
          revises: action.id,
          present: ({ subjectId }) => ({ draftId: subjectId }),
        });
      },
    },
    {
      name: 'proposals.withdraw',
      title: 'Withdraw a proposal',
      description: 'Takes a pending proposal of yours back.',
      payload: contract.proposalPayload,
      scope: 'write:drafts',
      actors: ['agent'],
      isOpen: false,
      hasForeignText: false,
      annotations: { ...PROPOSE, idempotentHint: true, openWorldHint: false },
      async call(payload, caller, options) {
        const { draftId } = parsePayload(contract.proposalPayload, payload);
        const action = getOwnProposal(reader, draftId, requireAgentActor(caller));
        const definition = deps.actions.get(action.actionName) ?? { editable: [] };
        return answerToolOnce(gate, caller, options, (answering) =>
          gate.withdraw(
            action.id,
            caller,
            answering((tx, withdrawn) => presentProposal(tx, withdrawn, definition)),
          ),
        );
      },
    },
    {
      name: 'agents.invite',
      title: 'Register an agent',
      description:
        'Registers an agent on behalf of a person. The answer has its API key, shown once, and the code with which the person claims it.',
      payload: registerBody,
      scope: null,
      actors: ['agent', 'user'],
      isOpen: true,
      hasForeignText: false,
      annotations: { ...PROPOSE, openWorldHint: false },
      async call(payload, caller) {
        return { data: { ...(await deps.register(payload, caller)) } };
      },
    },
  ];
  return tools.map((tool) => admitted(gate, tool));
}

/** What `drafts.create` cannot say of a post stays as it was proposed: room, tags, price. */
function placeOf(reader: Reader, action: ActionRow): Partial<Parameters<typeof toPublishInput>[0]> {
  const { input } = presentProposal(reader, action, publishPost);
  const { roomSlug, tags, priceInCents, priceCurrency } = publishInput.partial().safeParse(input).data ?? {};
  return { boardSlug: roomSlug, tags, priceInCents, priceCurrency };
}

/** The input of either door that makes posts, or the one that `proposals.get` shows. */
function revisedPost(input: unknown): Parameters<typeof toPublishInput>[0] {
  const { roomSlug, ...post } = parsePayload(revisedPostInput, input);
  return { ...post, boardSlug: post.boardSlug ?? roomSlug };
}

const revisedPostInput = postBody.omit({ note: true }).extend({ roomSlug: id.optional() });
