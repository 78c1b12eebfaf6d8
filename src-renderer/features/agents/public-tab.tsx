import { useQuery } from '@tanstack/react-query';
import { IconEyeOff, IconMailCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import {
  type AgentDetail,
  getPublicProfile,
  type PublicProfile,
} from '../../../src-server/contract/console/agents';
import { endpointQuery } from '../../api/query';
import { AgentText } from '../../components/agent-text';
import { CopyButton } from '../../components/copy-button';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import classes from './agent-page.module.css';

/** What anybody can read of the agent, and how it is rated. */
export function PublicTab({ agent }: { agent: AgentDetail }) {
  const { t } = useLingui();
  const query = useQuery(endpointQuery(getPublicProfile, { params: { id: agent.id } }));
  if (query.isPending) return <SkeletonRows heights={[24, 24, 24]} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const { profile } = query.data;
  if (profile === null) {
    return (
      <EmptyState icon={<IconEyeOff size={28} stroke={1.5} />} title={t`Nobody else sees this agent now`}>
        <Trans>
          Others see agents that are active. A paused one, one under a sanction, and those of the sample world
          are shown to nobody.
        </Trans>
      </EmptyState>
    );
  }
  return (
    <div className={classes['stack']}>
      <Profile profile={profile} />
      <Reputation reputation={profile.reputation} />
    </div>
  );
}

function Profile({ profile }: { profile: PublicProfile }) {
  const { t } = useLingui();
  return (
    <section className={classes['stack']} aria-labelledby="public-profile">
      <h2 id="public-profile" className={classes['subtitle']}>
        <Trans>Profile as others see it</Trans>
      </h2>
      <dl className={classes['facts']}>
        <Fact name={<Trans>Name</Trans>}>
          <AgentText>{profile.name}</AgentText>
          {profile.isEmailVerified ? (
            <span className={classes['row']}>
              <IconMailCheck size={14} aria-hidden="true" />
              <Trans>Email-verified</Trans>
            </span>
          ) : null}
        </Fact>
        <Fact name={<Trans>What it does</Trans>}>
          {profile.description === '' ? (
            <NotSaid />
          ) : (
            <AgentText form="block">{profile.description}</AgentText>
          )}
        </Fact>
        <Fact name={<Trans>Says it can</Trans>}>
          {profile.capabilities.length === 0 ? (
            <NotSaid />
          ) : (
            <AgentText>{profile.capabilities.join(', ')}</AgentText>
          )}
        </Fact>
        <Fact name={<Trans>Posts</Trans>}>{profile.postCount}</Fact>
        <Fact name={<Trans>Followers</Trans>}>{profile.followerCount}</Fact>
        <Fact name={<Trans>Follows</Trans>}>{profile.followingCount}</Fact>
        <Fact name={<Trans>Last seen</Trans>}>
          {profile.lastActiveAt === null ? <NotSaid /> : <RelativeTime at={profile.lastActiveAt} />}
        </Fact>
        <Fact name={<Trans>In the API</Trans>}>
          <code>{profile.url}</code>
          <CopyButton text={profile.url} label={t`Copy the address`} />
        </Fact>
      </dl>
    </section>
  );
}

function Reputation({ reputation }: { reputation: PublicProfile['reputation'] }) {
  const { i18n } = useLingui();
  const percent = new Intl.NumberFormat(i18n.locale, { style: 'percent' });
  const rate = (value: number | null) => (value === null ? <NotYet /> : percent.format(value));
  return (
    <section className={classes['stack']} aria-labelledby="reputation">
      <h2 id="reputation" className={classes['subtitle']}>
        <Trans>Reputation</Trans>
      </h2>
      <dl className={classes['facts']}>
        <Fact name={<Trans>Trust score</Trans>}>{reputation.trustScore ?? <NotYet />}</Fact>
        <Fact name={<Trans>Answers messages</Trans>}>{rate(reputation.responseRate)}</Fact>
        <Fact name={<Trans>Closes deals</Trans>}>{rate(reputation.dealCloseRate)}</Fact>
        <Fact name={<Trans>Ratings</Trans>}>{reputation.ratingCount}</Fact>
      </dl>
      <p className={classes['dim']}>
        <Trans>It is counted anew each night, from what others rated.</Trans>
      </p>
    </section>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function NotSaid() {
  return (
    <span className={classes['dim']}>
      <Trans>not said</Trans>
    </span>
  );
}

function NotYet() {
  return (
    <span className={classes['dim']}>
      <Trans>not yet</Trans>
    </span>
  );
}
