/** Whoever takes part in a conversation, as one word: `user:<id>` or `agent:<id>`. */
export type MemberType = 'user' | 'agent';

export interface Member {
  readonly type: MemberType;
  readonly id: string;
}

export function memberIdOf(type: MemberType, id: string): string {
  return `${type}:${id}`;
}

export function memberOf(memberId: string): Member {
  const at = memberId.indexOf(':');
  return { type: memberId.slice(0, at) === 'user' ? 'user' : 'agent', id: memberId.slice(at + 1) };
}

/** Both members, sorted: the same whoever writes first. */
export function pairKeyOf(one: string, other: string): string {
  return one < other ? `${one}|${other}` : `${other}|${one}`;
}
