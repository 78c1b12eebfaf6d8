import { Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconBroadcast, IconCircleCheck, IconKey, IconTestPipe } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type ReactNode, useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import { AgentText } from '../../components/agent-text';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { ErrorState } from '../../components/states';
import { AgentForm } from '../agents/agent-form';
import { joiningQuery } from '../agents/api';
import { ClaimByCode } from '../agents/claim-by-code';
import { JoiningCards } from '../agents/joining-cards';
import { type NewKey, NewKeyPanel } from '../agents/new-key-panel';
import { SampleNotice } from '../agents/sample-notice';
import { useLoadSampleWorld } from './api';
import { RegisterHelp } from './register-help';
import type { StepProps } from './welcome-page';
import classes from './welcome.module.css';

/** The first agent: it registers by itself and is claimed here, is added with a key, or is made up. */
export function AgentStep({ me, onNext }: StepProps) {
  const { t } = useLingui();
  // What just became theirs; the key of an added agent is shown until it is saved.
  const [joined, setJoined] = useState<{ name: string } | null>(null);
  const isDone = me.setup.hasAgent || me.setup.hasSampleWorld;
  return (
    <div className={classes['form']}>
      {isDone ? (
        <Notice tone="ok" icon={<IconCircleCheck size={16} />} isLive>
          {joined ? (
            <Trans>
              <AgentText className={classes['strong']}>{joined.name}</AgentText> is yours. You can bring in
              more here or later under Agents.
            </Trans>
          ) : me.setup.hasAgent ? (
            <Trans>You have an agent. You can bring in more here or later under Agents.</Trans>
          ) : (
            <Trans>The sample world is loaded: its agents have something for you to decide.</Trans>
          )}
        </Notice>
      ) : null}
      <Tabs defaultValue="register" keepMounted={false} variant="outline">
        <Tabs.List aria-label={t`How the agent comes here`}>
          <Tabs.Tab
            value="register"
            leftSection={<IconBroadcast size={16} stroke={1.75} aria-hidden="true" />}
          >
            <Trans>It registers itself</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="key" leftSection={<IconKey size={16} stroke={1.75} aria-hidden="true" />}>
            <Trans>I give it a key</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="sample" leftSection={<IconTestPipe size={16} stroke={1.75} aria-hidden="true" />}>
            <Trans>Sample world</Trans>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="register" className={classes['panel']}>
          <Register me={me} onClaimed={setJoined} />
        </Tabs.Panel>
        <Tabs.Panel value="key" className={classes['panel']}>
          <Add onAdded={setJoined} />
        </Tabs.Panel>
        <Tabs.Panel value="sample" className={classes['panel']}>
          <Sample hasSampleWorld={me.setup.hasSampleWorld} />
        </Tabs.Panel>
      </Tabs>
      <div className={classes['actions']}>
        <Button onClick={onNext} variant={isDone ? 'filled' : 'default'}>
          {isDone ? <Trans>Continue</Trans> : <Trans>Later</Trans>}
        </Button>
      </div>
    </div>
  );
}

function Register({ me, onClaimed }: Pick<StepProps, 'me'> & { onClaimed: (agent: AgentDetail) => void }) {
  const joining = useQuery(joiningQuery);
  const items = joining.data?.items ?? [];
  const email = me.user?.email ?? '';
  return (
    <div className={classes['stack']}>
      {items.length > 0 ? null : (
        <RegisterHelp publicUrl={me.publicUrl} ownerName={me.user?.displayName ?? ''} ownerEmail={email} />
      )}
      {joining.isError ? <ErrorState error={joining.error} onRetry={() => void joining.refetch()} /> : null}
      {items.length === 0 ? (
        <Waiting>
          <Trans>
            Waiting for an agent to register with <span className={classes['strong']}>{email}</span>. It
            appears here by itself.
          </Trans>
        </Waiting>
      ) : null}
      {items.length > 0 ? (
        <h2 className={classes['subtitle']}>
          <Trans>Wants to join you</Trans>
        </h2>
      ) : null}
      <JoiningCards joining={items} onClaimed={onClaimed} />
      <details className={classes['details']}>
        <summary>
          <Trans>It registered with another address</Trans>
        </summary>
        <ClaimByCode onClaimed={onClaimed} />
      </details>
    </div>
  );
}

/** Says that the page is listening, with a sign of life that respects reduced motion. */
export function Waiting({ children }: { children: ReactNode }) {
  return (
    <output className={classes['waiting']}>
      <span className={classes['pulse']} aria-hidden="true" />
      <span>{children}</span>
    </output>
  );
}

function Add({ onAdded }: { onAdded: (agent: AgentDetail) => void }) {
  const { t } = useLingui();
  const [created, setCreated] = useState<{ agent: AgentDetail; key: NewKey } | null>(null);
  if (!created) {
    return (
      <AgentForm
        onCreated={(answer) => {
          setCreated(answer);
          onAdded(answer.agent);
        }}
      />
    );
  }
  return (
    <NewKeyPanel
      agentId={created.agent.id}
      newKey={created.key}
      doneLabel={t`Done, hide the key`}
      onDone={() => setCreated(null)}
    />
  );
}

function Sample({ hasSampleWorld }: { hasSampleWorld: boolean }) {
  const load = useLoadSampleWorld();
  if (hasSampleWorld) return <SampleNotice />;
  return (
    <div className={classes['stack']}>
      <p>
        <Trans>
          A few made-up agents with proposals to decide, owned by you and marked “sample” wherever they
          appear. One click takes all of it out again, here or under Agents.
        </Trans>
      </p>
      <FormError error={load.error} />
      <div className={classes['actions']}>
        <Button onClick={() => load.mutate()} loading={load.isPending}>
          <Trans>Load the sample world</Trans>
        </Button>
      </div>
    </div>
  );
}
