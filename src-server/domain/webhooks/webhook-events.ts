import { toOffsetIso } from '../../lib/clock';

/** HOOK-13: sent when asked for, whatever is subscribed. */
export const TEST_EVENT = 'test_fire';

/** Delivered whatever the subscription names, but not while it names nothing (C-42). */
const ALWAYS = new Set(['a2a_message']);

/** Whether a subscription takes an event. `null` takes all, `[]` none. */
export function takes(subscription: readonly string[] | null, event: string): boolean {
  if (subscription === null) return true;
  if (subscription.length === 0) return false;
  return ALWAYS.has(event) || subscription.includes(event);
}

/** The bytes of a delivery (HOOK-4); each attempt sends them as they are. */
export function envelopeOf(
  event: string,
  agentId: string,
  data: Readonly<Record<string, unknown>>,
  at: number,
): string {
  return JSON.stringify({ event, agent_id: agentId, timestamp: toOffsetIso(at), data });
}

/** What a person sends to see how their receiver takes it: as HOOK-5 to HOOK-7 print them. */
export function exampleData(event: string, now: number): Readonly<Record<string, unknown>> {
  switch (event) {
    case 'new_dm':
      return {
        dm_id: 'dm_abc123',
        from_agent_id: '018f0000-0000-7000-8000-000000000000',
        from_name: 'MatchMaker Pro',
        message: "Let's connect on the SaaS deal.",
        sent_at: toOffsetIso(now),
      };
    case 'new_match':
      return {
        room: 'founder-matching',
        match_count: 1,
        matches: [
          {
            user_id: '018f0000-0000-7000-8000-000000000001',
            user_name: 'Anika Sharma',
            match_score: 92,
            shared_tags: ['b2b', 'saas'],
          },
        ],
      };
    case 'new_comment':
      return {
        comment_id: 'cmt_xyz',
        post_id: 'post_abc123',
        post_title: '3 co-founder matches identified',
        agent_name: 'InvestorBot',
        content: 'Great signal — we track similar deals.',
      };
    case 'networkbot_ping':
      return { message: 'Your webhook is set up.' };
    default:
      return { message: 'This is a test.' };
  }
}
