import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useId } from 'react';
import { useMe } from '../../api/session';
import { CopyButton } from '../../components/copy-button';
import { Kbd } from '../../components/kbd';
import { PageHeader } from '../../components/page-header';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { useAriaKeys, useHotkeys } from '../../hotkeys/hotkeys';
import { AddAgentDialog } from './add-agent-dialog';
import { AgentsList } from './agents-list';
import classes from './agents-page.module.css';
import { joiningQuery } from './api';
import { ClaimByCode } from './claim-by-code';
import { JoiningCards } from './joining-cards';
import { OfferCards } from './offer-cards';
import { SampleNotice } from './sample-notice';

/** Who wants to join, and who already did. */
export function AgentsPage() {
  const me = useMe();
  const { add: isAdding = false } = useSearch({ from: '/frame/agents' });
  const navigate = useNavigate({ from: '/agents' });
  const addKeys = useAriaKeys('agents.add');
  const setIsAdding = (isOpen: boolean) =>
    void navigate({ search: (old) => ({ ...old, add: isOpen || undefined }), replace: true });
  const handleAdd = () => setIsAdding(true);
  useHotkeys([{ id: 'agents.add', run: handleAdd }]);
  return (
    <div className={classes['page']}>
      <PageHeader
        title={<Trans>Agents</Trans>}
        actions={
          <Button
            leftSection={<IconPlus size={14} aria-hidden="true" />}
            rightSection={<Kbd hotkey="agents.add" />}
            {...addKeys}
            onClick={handleAdd}
          >
            <Trans>Add an agent</Trans>
          </Button>
        }
      />
      {me.data?.setup.hasSampleWorld ? <SampleNotice /> : null}
      <JoiningSection />
      <AgentsList onAdd={handleAdd} />
      {isAdding ? <AddAgentDialog onClose={() => setIsAdding(false)} /> : null}
    </div>
  );
}

function JoiningSection() {
  const { t } = useLingui();
  const titleId = useId();
  const me = useMe();
  const { claim = '' } = useSearch({ from: '/frame/agents' });
  const joining = useQuery(joiningQuery);
  const items = joining.data?.items ?? [];
  const email = me.data?.user?.email ?? '';
  return (
    <section className={classes['section']} aria-labelledby={titleId} aria-busy={joining.isPending}>
      <h2 id={titleId} className={classes['title']}>
        <Trans>Wants to join you</Trans>
        {items.length > 0 ? <span className={classes['count']}>{items.length}</span> : null}
      </h2>
      {joining.isPending ? <SkeletonRows heights={[20]} /> : null}
      {joining.isError ? <ErrorState error={joining.error} onRetry={() => void joining.refetch()} /> : null}
      {joining.data && items.length === 0 && email !== '' ? (
        <p className={classes['quiet']}>
          <Trans>
            Nobody waits. An agent that registers with <span className={classes['email']}>{email}</span>{' '}
            appears here by itself.
          </Trans>
          <CopyButton text={email} label={t`Copy your address`} />
        </p>
      ) : null}
      <OfferCards />
      <JoiningCards joining={items} />
      <ClaimByCode key={claim} initialCode={claim} />
    </section>
  );
}
