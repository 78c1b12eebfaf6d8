import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { msg } from '@lingui/core/macro';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useId } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { FormError } from '../../components/form-error';
import { Kbd } from '../../components/kbd';
import { Notice } from '../../components/notice';
import { PageHeader } from '../../components/page-header';
import { StatusIcon } from '../../components/status-icon';
import { RelativeTime } from '../../components/time';
import { useAriaKeys, useHotkeys } from '../../hotkeys/hotkeys';
import classes from './agent-page.module.css';
import { useAgentWords } from './agent-words';
import { useSetPaused } from './api';
import { SampleChip } from './sample-chip';

/** Name, status and the switch that stops it; below, how it is doing. */
export function AgentHeader({ agent }: { agent: AgentDetail }) {
  const { t } = useLingui();
  const meaningId = useId();
  const setPaused = useSetPaused(agent.id);
  const pauseKeys = useAriaKeys('agent.pause');
  const isPaused = agent.status === 'paused';
  const canSwitch = agent.status === 'active' || isPaused;
  const { name } = agent;
  const handleSwitch = () => {
    if (setPaused.isPending) return;
    setPaused.mutate(!isPaused, {
      onSuccess: (answer) =>
        announce(answer.status === 'paused' ? t`${name} is paused` : t`${name} may call again`),
    });
  };
  useHotkeys([
    {
      id: 'agent.pause',
      label: isPaused ? msg`Let the agent go on` : msg`Pause the agent`,
      isEnabled: canSwitch,
      run: handleSwitch,
    },
  ]);
  return (
    <div className={classes['header']}>
      <PageHeader
        title={
          <span className={classes['title']}>
            <AgentText>{name}</AgentText>
            {agent.handle ? <AgentText className={classes['handle']}>{`@${agent.handle}`}</AgentText> : null}
          </span>
        }
        aside={
          <>
            <StatusIcon status={agent.status} />
            {agent.isSample ? <SampleChip /> : null}
          </>
        }
        actions={
          canSwitch ? (
            <Button
              variant={isPaused ? 'filled' : 'default'}
              leftSection={
                isPaused ? (
                  <IconPlayerPlay size={14} aria-hidden="true" />
                ) : (
                  <IconPlayerPause size={14} aria-hidden="true" />
                )
              }
              rightSection={<Kbd hotkey="agent.pause" />}
              {...pauseKeys}
              aria-describedby={meaningId}
              loading={setPaused.isPending}
              onClick={handleSwitch}
            >
              {isPaused ? <Trans>Let it go on</Trans> : <Trans>Pause</Trans>}
            </Button>
          ) : null
        }
      />
      <StatusNotice agent={agent} meaningId={meaningId} />
      <FormError error={setPaused.error} />
      <Strip agent={agent} />
    </div>
  );
}

function StatusNotice({ agent, meaningId }: { agent: AgentDetail; meaningId: string }) {
  if (agent.status === 'active') {
    return (
      <p id={meaningId} className={classes['dim']}>
        <Trans>
          Pausing refuses every call of it but reading its own proposals, and stops what you approved a moment
          ago. What waits for you keeps waiting.
        </Trans>
      </p>
    );
  }
  if (agent.status === 'paused') {
    return (
      <Notice tone="warn" id={meaningId}>
        <Trans>
          You paused it. Every call of it is refused but reading its own proposals; nothing of it is published
          or sent. What waits for you keeps waiting.
        </Trans>
      </Notice>
    );
  }
  if (agent.status === 'suspended') {
    return (
      <Notice tone="warn">
        <Trans>An administrator suspended it. Its calls are refused until the suspension ends.</Trans>
      </Notice>
    );
  }
  if (agent.status === 'banned') {
    return (
      <Notice tone="warn">
        <Trans>
          An administrator banned it: its keys are revoked, its posts are hidden, and what was pending is
          cancelled.
        </Trans>
      </Notice>
    );
  }
  return null;
}

function Strip({ agent }: { agent: AgentDetail }) {
  const words = useAgentWords();
  const { approved, edited, rejected, expired, calls24h } = agent.counts;
  return (
    <dl className={classes['strip']}>
      <div className={classes['cell']}>
        <dt>
          <Trans>Last seen</Trans>
        </dt>
        <dd>{agent.lastSeenAt ? <RelativeTime at={agent.lastSeenAt} /> : <Trans>not yet</Trans>}</dd>
        <dd>
          <Plural
            value={calls24h}
            _0="no calls in 24 hours"
            one="# call in 24 hours"
            other="# calls in 24 hours"
          />
        </dd>
      </div>
      <div className={classes['cell']}>
        <dt>
          <Trans>Trust</Trans>
        </dt>
        <dd>{words.trust(agent.trustLevel)}</dd>
        <NextTrust agent={agent} />
      </div>
      <div className={classes['cell']}>
        <dt>
          <Trans>Your decisions</Trans>
        </dt>
        <dd>
          <Plural value={approved} one="# approved" other="# approved" />
          {edited > 0 ? (
            <>
              {' '}
              (<Plural value={edited} one="# after your edit" other="# after your edit" />)
            </>
          ) : null}
        </dd>
        <dd>
          <Plural value={rejected} one="# rejected" other="# rejected" />
          {' · '}
          <Plural value={expired} one="# expired unanswered" other="# expired unanswered" />
        </dd>
      </div>
    </dl>
  );
}

function NextTrust({ agent }: { agent: AgentDetail }) {
  const words = useAgentWords();
  const { level, missing } = agent.nextTrust;
  if (level === null) return null;
  const next = words.trust(level);
  if (missing.length === 0) {
    return (
      <dd>
        <Trans>{next} with tonight's check</Trans>
      </dd>
    );
  }
  return (
    <>
      <dd>
        <Trans>Still missing for {next}:</Trans>
      </dd>
      {missing.map(({ code, have, need }) => (
        <dd key={code}>
          {code === 'claimed_days' ? (
            <Trans>
              {have} of {need} days since you claimed it
            </Trans>
          ) : null}
          {code === 'approved_actions' ? (
            <Trans>
              {have} of {need} approved proposals
            </Trans>
          ) : null}
          {code === 'manual' ? <Trans>an administrator gives it</Trans> : null}
        </dd>
      ))}
    </>
  );
}
