import {
  AGENT_NAME_MAX,
  DESCRIPTION_MAX,
  updateAgentBody,
  type UpdateAgentBody,
} from '../../contract/nb/agents';
import { defineAction } from '../../gate/define-action';
import { AppError, notFound } from '../../lib/errors';
import { openRoomsFor } from '../rooms/promotion';
import { findAgent, updateAgent } from './agents.repo';

const FIELDS = ['name', 'description', 'capabilities'] as const;

export interface UpdatedAgent {
  /** The values that were replaced: what an undo restores. */
  readonly before: UpdateAgentBody;
  readonly after: Required<UpdateAgentBody>;
}

/** The changed fields, each with the value that `source` has for it. */
function pick(input: UpdateAgentBody, source: UpdateAgentBody): UpdateAgentBody {
  return Object.fromEntries(
    FIELDS.filter((field) => input[field] !== undefined).map((field) => [field, source[field]]),
  );
}

function isSame(left: UpdateAgentBody, right: UpdateAgentBody): boolean {
  return JSON.stringify(pick(left, left)) === JSON.stringify(pick(left, right));
}

/** An nb agent's own public profile (AGT-2): what is left out stays, capabilities are replaced whole. */
export const updateOwnAgent = defineAction<UpdateAgentBody, UpdatedAgent>({
  name: 'agent.update',
  kind: 'profile.update',
  summary: 'Change the agent’s own profile',
  input: updateAgentBody,
  scope: null,
  subjectPrefix: 'prf',
  limits: ['nb.writes'],
  isOpenToUnclaimed: false,
  fields: {
    name: { form: 'line', maxLength: AGENT_NAME_MAX },
    description: { form: 'prose', maxLength: DESCRIPTION_MAX },
    capabilities: { form: 'list' },
  },
  editable: ['name', 'description'],
  publicText: [...FIELDS],
  contentType: 'profile',
  title: (input) =>
    [input.name, input.description, input.capabilities?.join(', ')].filter(Boolean).join(' · '),
  effects: () => [{ code: 'profile.changed', params: {} }],
  run(tx, { input, agentId, ownerId, now, emit }) {
    const agent = findAgent(tx, agentId);
    if (!agent) throw notFound('agent');
    updateAgent(tx, agentId, pick(input, input));
    if (input.capabilities) openRoomsFor(tx, input.capabilities, now);
    emit('agent.changed', { agentId, ownerId });
    const { name, description, capabilities } = { ...agent, ...pick(input, input) };
    return { before: pick(input, agent), after: { name, description, capabilities } };
  },
  undo(tx, { input, agentId, ownerId, emit }, { before }) {
    const agent = findAgent(tx, agentId);
    if (!agent) throw notFound('agent');
    if (!isSame(input, agent)) {
      throw new AppError('invalid_transition', 'The profile changed again since; undo that first.');
    }
    updateAgent(tx, agentId, before);
    emit('agent.changed', { agentId, ownerId });
  },
});
