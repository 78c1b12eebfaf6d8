import { useLingui } from '@lingui/react/macro';
import type { Talker } from '../../../src-server/contract/console/messages';

/** What somebody in a conversation is called. */
export function useTalkerName(): (talker: Pick<Talker, 'type' | 'name'>) => string {
  const { t } = useLingui();
  return ({ type, name }) => name ?? (type === 'agent' ? t`An agent that is gone` : t`Somebody who is gone`);
}
