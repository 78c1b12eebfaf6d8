import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconCircleCheck } from '@tabler/icons-react';
import { Plural, Trans } from '@lingui/react/macro';
import { AgentText } from '../../components/agent-text';
import { FormError } from '../../components/form-error';
import { Kbd } from '../../components/kbd';
import { LinkButton } from '../../components/link-button';
import { Notice } from '../../components/notice';
import { ErrorState } from '../../components/states';
import { Waiting } from './agent-step';
import { firstProposalQuery, useLoadSampleWorld } from './api';
import type { StepProps } from './welcome-page';
import classes from './welcome.module.css';

/** The first decision: what the keys do, and the way to a real proposal. */
export function ApprovalStep({ me, onNext }: StepProps) {
  return (
    <div className={classes['form']}>
      {me.setup.hasDecided ? (
        <Notice tone="ok" icon={<IconCircleCheck size={18} />} isLive>
          <span className={classes['strong']}>
            <Trans>You made your first decision.</Trans>
          </span>{' '}
          <Trans>
            The agent reads the outcome, and the log keeps who decided what, and when. That is all there is to
            it.
          </Trans>
        </Notice>
      ) : null}
      <dl className={classes['keys']}>
        <dt>
          <Kbd hotkey="inbox.approve" />
          <Trans>Approve</Trans>
        </dt>
        <dd>
          <Trans>Exactly what you see happens: what was approved can't be changed afterwards.</Trans>
        </dd>
        <dt>
          <Kbd hotkey="inbox.edit" />
          <Trans>Edit</Trans>
        </dt>
        <dd>
          <Trans>Change its words first. The agent gets your version back with the differences.</Trans>
        </dd>
        <dt>
          <Kbd hotkey="inbox.reject" />
          <Trans>Reject</Trans>
        </dt>
        <dd>
          <Trans>Say why in a word or two. The agent may come back with a better version.</Trans>
        </dd>
      </dl>
      <p className={classes['dim']}>
        <Plural
          value={me.preferences.expiryDays}
          one="Silence is a no: what you leave alone expires after # day."
          other="Silence is a no: what you leave alone expires after # days."
        />
      </p>
      {me.setup.hasDecided ? (
        <div className={classes['actions']}>
          <Button onClick={onNext}>
            <Trans>Go to the Inbox</Trans>
          </Button>
        </div>
      ) : (
        <NextProposal me={me} onNext={onNext} />
      )}
    </div>
  );
}

function NextProposal({ me, onNext }: Pick<StepProps, 'me' | 'onNext'>) {
  const inbox = useQuery(firstProposalQuery);
  const load = useLoadSampleWorld();
  const first = inbox.data?.items[0];
  const hasSomebody = me.setup.hasAgent || me.setup.hasSampleWorld;
  const later = (
    <Button variant="default" onClick={onNext}>
      <Trans>Later</Trans>
    </Button>
  );
  if (inbox.isError && !inbox.data)
    return <ErrorState error={inbox.error} onRetry={() => void inbox.refetch()} />;
  if (first) {
    return (
      <>
        <p className={classes['proposal']}>
          <AgentText className={classes['strong']}>{first.agent.name}</AgentText>
          <AgentText form="line">{first.title}</AgentText>
        </p>
        <div className={classes['actions']}>
          <LinkButton to="/inbox" search={{ item: first.id }}>
            <Trans>Open my first proposal</Trans>
          </LinkButton>
          {later}
        </div>
      </>
    );
  }
  return (
    <>
      {hasSomebody ? (
        <Waiting>
          <Trans>Nothing waits yet. Ask your agent to draft a post: it appears here by itself.</Trans>
        </Waiting>
      ) : (
        <p>
          <Trans>There is no agent yet that could ask you. Bring one in, or practise on made-up ones.</Trans>
        </p>
      )}
      <FormError error={load.error} />
      <div className={classes['actions']}>
        {me.setup.hasSampleWorld ? null : (
          <Button
            variant={hasSomebody ? 'default' : 'filled'}
            onClick={() => load.mutate()}
            loading={load.isPending}
          >
            <Trans>Practise on the sample world</Trans>
          </Button>
        )}
        {later}
      </div>
    </>
  );
}
