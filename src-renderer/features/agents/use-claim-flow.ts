import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { AgentDetail, JoiningAgent } from '../../../src-server/contract/console/agents';
import { ProblemError } from '../../api/problem';
import { announce } from '../../components/announcer';
import { useNotify } from '../../components/use-notify';
import { useClaimAgent, useDisownAgent } from './api';
import type { NewKey } from './new-key-panel';

export interface ClaimOptions {
  readonly claimCode?: string;
  readonly otp?: string;
  readonly replaceKeys?: boolean;
}

/** True when the server sent a one-time code to the registered address and wants it back (decisions §2). */
export function isOtpAsked(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'otp_required';
}

/**
 * Claiming and disowning of the agents that want to join. It lives above their cards, since a card goes away as soon
 * as its agent is claimed, and what comes after (the new key, the words) must not go with it.
 */
export function useClaimFlow(onClaimed?: (agent: AgentDetail) => void) {
  const { t } = useLingui();
  const notify = useNotify();
  const claiming = useClaimAgent();
  const disowning = useDisownAgent();
  const [busyId, setBusyId] = useState<string | null>(null);
  const [errors, setErrors] = useState<Readonly<Record<string, unknown>>>({});
  const [shown, setShown] = useState<{ agent: AgentDetail; key: NewKey } | null>(null);

  const setError = (id: string, error: unknown) => setErrors((all) => ({ ...all, [id]: error }));

  const claim = async (agent: JoiningAgent, options: ClaimOptions) => {
    if (busyId !== null) return;
    setBusyId(agent.id);
    setError(agent.id, null);
    try {
      const answer = await claiming.mutateAsync({
        ...(options.claimCode ? { claimCode: options.claimCode } : { agentId: agent.id }),
        ...(options.otp ? { otp: options.otp } : {}),
        ...(options.replaceKeys ? { replaceKeys: true } : {}),
      });
      const { name } = answer.agent;
      const title = t`${name} is yours`;
      const drafts = agent.draftsWaiting;
      const message =
        drafts > 0
          ? t`${plural(drafts, { one: '# draft of it waits in your Inbox.', other: '# drafts of it wait in your Inbox.' })}`
          : t`What it proposes will wait in your Inbox.`;
      notify({ title, message });
      announce(`${title}. ${message}`);
      if (answer.key) setShown({ agent: answer.agent, key: answer.key });
      onClaimed?.(answer.agent);
    } catch (error) {
      setError(agent.id, error);
    } finally {
      setBusyId(null);
    }
  };

  const disown = async (agent: JoiningAgent) => {
    if (busyId !== null) return;
    setBusyId(agent.id);
    setError(agent.id, null);
    try {
      await disowning.mutateAsync(agent.id);
      const { name } = agent;
      notify({
        message: t`${name} is refused: its keys are revoked and your address is free again.`,
      });
    } catch (error) {
      setError(agent.id, error);
    } finally {
      setBusyId(null);
    }
  };

  return {
    claim,
    disown,
    busyId,
    errorOf: (id: string): unknown => errors[id] ?? null,
    /** The key made in place of the old ones, until `forgetKey`. */
    shown,
    forgetKey: () => {
      claiming.reset();
      setShown(null);
    },
  };
}

export type ClaimFlow = ReturnType<typeof useClaimFlow>;
