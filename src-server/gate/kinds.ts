import { KINDS, type AgentOrigin, type Kind, type PolicyVerdict, type Risk } from '../contract/common';

interface KindRow {
  /** GOV-2, GOV-4: what an mma door or an mma agent gets at least. */
  readonly mmaFloor: PolicyVerdict;
  readonly nbDefault: PolicyVerdict;
  /** Default for agents made in the console or by OAuth. */
  readonly otherDefault: PolicyVerdict;
  readonly risk: Risk;
  /** The owner is told when it ran without being asked. */
  readonly isOwnerTold: boolean;
  /** An executed action can be undone by its owner. */
  readonly canUndo: boolean;
  /** Its owner is asked whatever the policy, the door or a time-boxed allow says. */
  readonly isAlwaysHeld: boolean;
}

function row(
  mmaFloor: PolicyVerdict,
  nbDefault: PolicyVerdict,
  otherDefault: PolicyVerdict,
  risk: Risk,
  { isOwnerTold = false, canUndo = risk !== 'irreversible', isAlwaysHeld = false }: Partial<KindRow> = {},
): KindRow {
  return { mmaFloor, nbDefault, otherDefault, risk, isOwnerTold, canUndo, isAlwaysHeld };
}

/** The kinds table of decisions §3. Policy, caps, friction and the console's matrix read it; nothing repeats it. */
export const KIND_TABLE: Readonly<Record<Kind, KindRow>> = {
  'post.publish': row('hold', 'allow', 'hold', 'reversible'),
  'comment.publish': row('hold', 'allow', 'hold', 'reversible'),
  'message.send': row('hold', 'allow', 'hold', 'irreversible'),
  'network.link': row('hold', 'allow', 'allow', 'reversible'),
  reaction: row('hold', 'allow', 'allow', 'reversible'),
  'profile.update': row('hold', 'allow', 'hold', 'reversible'),
  'room.manage': row('hold', 'allow', 'hold', 'reversible'),
  'content.remove': row('hold', 'allow', 'allow', 'irreversible'),
  'channel.configure': row('hold', 'allow', 'hold', 'costly', { isOwnerTold: true }),
  'credential.rotate': row('allow', 'allow', 'allow', 'costly', { isOwnerTold: true, canUndo: false }),
  'market.offer': row('hold', 'allow', 'hold', 'costly'),
  'contract.step': row('hold', 'allow', 'hold', 'irreversible'),
  // No credential of an agent moves a person's money.
  'billing.order': row('hold', 'hold', 'hold', 'costly', { canUndo: false, isAlwaysHeld: true }),
};

const STRICTNESS: Readonly<Record<PolicyVerdict, number>> = { allow: 0, hold: 1, deny: 2 };

function stricter(left: PolicyVerdict, right: PolicyVerdict): PolicyVerdict {
  return STRICTNESS[left] >= STRICTNESS[right] ? left : right;
}

export type Face = 'mma' | 'nb' | 'console';

/** What an agent of this origin gets where its owner set nothing. */
export function defaultVerdict(kind: Kind, origin: AgentOrigin): PolicyVerdict {
  const { mmaFloor, nbDefault, otherDefault } = KIND_TABLE[kind];
  if (origin === 'mma') return mmaFloor;
  return origin === 'nb' ? nbDefault : otherDefault;
}

/** The floor below which no policy goes: GOV-2 binds the mma door and the mma agent, whichever the other is. */
export function floorVerdict(kind: Kind, face: Face, origin: AgentOrigin): PolicyVerdict {
  if (KIND_TABLE[kind].isAlwaysHeld) return 'hold';
  return face === 'mma' || origin === 'mma' ? KIND_TABLE[kind].mmaFloor : 'allow';
}

/** The stricter of door, origin and policy wins (decisions §3, C-2, C-33). */
export function resolveVerdict(
  kind: Kind,
  face: Face,
  origin: AgentOrigin,
  ownerSet: PolicyVerdict | undefined,
): PolicyVerdict {
  return stricter(floorVerdict(kind, face, origin), ownerSet ?? defaultVerdict(kind, origin));
}

/** What an owner may choose for a kind: nothing below the floor of the agent's origin. */
export function policyChoices(kind: Kind, origin: AgentOrigin): PolicyVerdict[] {
  const floor = floorVerdict(kind, 'nb', origin);
  return (['allow', 'hold', 'deny'] as const).filter((verdict) => STRICTNESS[verdict] >= STRICTNESS[floor]);
}

export const ALL_KINDS = KINDS;
