import { msg } from '@lingui/core/macro';
import { defineHotkeys } from '../define';

export const agentHotkeys = {
  ...defineHotkeys('agents', msg`Agents`, {
    'agents.add': { keys: ['n'], label: msg`Add an agent` },
    'agents.next': { keys: ['j', 'ArrowDown'], label: msg`Next agent`, canRepeat: true },
    'agents.previous': { keys: ['k', 'ArrowUp'], label: msg`Previous agent`, canRepeat: true },
    'agents.filter': { keys: ['/'], label: msg`Filter agents` },
    'joining.claim': { keys: ['c'], label: msg`Claim the agent that wants to join` },
  }),
  ...defineHotkeys('agent', msg`Agent`, {
    'agent.up': { keys: ['Escape'], label: msg`Back to all agents` },
    'agent.pause': { keys: ['p'], label: msg`Pause the agent, or let it go on` },
  }),
  ...defineHotkeys('agent:policy', msg`Agent`, {
    'policy.save': { keys: ['mod+s'], label: msg`Save the policy`, worksInFields: true },
  }),
  ...defineHotkeys('agent:history', msg`Agent`, {
    'history.next': { keys: ['j', 'ArrowDown'], label: msg`Next proposal`, canRepeat: true },
    'history.case': { keys: ['t'], label: msg`Open the case file` },
    'history.previous': { keys: ['k', 'ArrowUp'], label: msg`Previous proposal`, canRepeat: true },
  }),
  ...defineHotkeys('credits', msg`Credits`, {
    'credits.down': { keys: ['j', 'ArrowDown'], label: msg`Next movement`, canRepeat: true },
    'credits.up': { keys: ['k', 'ArrowUp'], label: msg`Previous movement`, canRepeat: true },
    'credits.case': { keys: ['t'], label: msg`Open the case file` },
  }),
  ...defineHotkeys('keys', msg`Keys`, {
    'keys.next': { keys: ['j', 'ArrowDown'], label: msg`Next key`, canRepeat: true },
    'keys.previous': { keys: ['k', 'ArrowUp'], label: msg`Previous key`, canRepeat: true },
    'keys.filter': { keys: ['/'], label: msg`Filter keys` },
    'keys.rotate': { keys: ['r'], label: msg`Replace the key` },
    'keys.freeze': { keys: ['f'], label: msg`Freeze or thaw the key` },
    'keys.revoke': { keys: ['x'], label: msg`Revoke the key` },
  }),
};
