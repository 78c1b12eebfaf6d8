import type { ActivityGroup } from '../../contract/console/activity';

/** Types of audit rows by what they are about. A type in no list is of the person's own account. */
const TYPES: Readonly<Record<Exclude<ActivityGroup, 'account' | 'reads'>, readonly string[]>> = {
  proposals: ['action.proposed', 'action.revised', 'action.withdrawn', 'action.removed'],
  decisions: [
    'action.approved',
    'action.rejected',
    'action.declined',
    'action.undecided',
    'action.edited',
    'action.read',
    'action.snoozed',
    'action.unsnoozed',
    'action.woken',
    'action.stale-decision',
    'action.expired',
  ],
  effects: [
    'action.executed',
    'action.failed',
    'action.refused',
    'action.retried',
    'action.undone',
    'action.cancelled',
  ],
  agents: ['agent.', 'agents.', 'policy.', 'guidance.', 'grant.', 'spending.', 'webhook.'],
  keys: ['key.', 'recovery-code.'],
};

const NAMED = Object.entries(TYPES) as [Exclude<ActivityGroup, 'account' | 'reads'>, readonly string[]][];

export function groupOf(type: string): ActivityGroup {
  return (
    NAMED.find(([, prefixes]) => prefixes.some((prefix) => type.startsWith(prefix)))?.[0] ??
    (type.startsWith('action.') ? 'effects' : 'account')
  );
}

/** What the audit log is searched with for a group. */
export function typesOf(group: ActivityGroup | undefined): {
  readonly types?: readonly string[];
  readonly notTypes?: readonly string[];
} {
  if (group === undefined) return {};
  if (group === 'account') return { notTypes: [...NAMED.flatMap(([, prefixes]) => prefixes), 'action.'] };
  return { types: group === 'reads' ? [] : TYPES[group] };
}
