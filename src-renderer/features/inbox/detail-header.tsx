import { ActionIcon } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ActionVersion, InboxDetail } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import { useNow } from '../../components/clock';
import { CopyButton } from '../../components/copy-button';
import { Countdown } from '../../components/time';
import classes from './detail-header.module.css';
import { RiskChip } from './risk-chip';
import { ActionSentence, EffectWords, KIND_ICONS, useKindWords } from './words';

interface DetailHeaderProps {
  readonly detail: InboxDetail;
  readonly version: ActionVersion;
  readonly onBack: () => void;
}

/** What will happen if this is approved, in our words, with the facts that bind the approval. */
export function DetailHeader({ detail, version, onBack }: DetailHeaderProps) {
  const { t } = useLingui();
  const KindIcon = KIND_ICONS[detail.kind];
  const kindWord = useKindWords()(detail.kind);
  return (
    <header className={classes['header']}>
      <p className={classes['origin']}>
        <ActionIcon className={classes['back']} aria-label={t`Back to the list`} onClick={onBack}>
          <IconArrowLeft size={16} />
        </ActionIcon>
        <KindIcon size={14} stroke={1.75} aria-hidden="true" />
        {kindWord}
        <span aria-hidden="true">·</span>
        <AgentText form="line" className={classes['agent']}>
          {detail.agent.name}
        </AgentText>
        <span aria-hidden="true">·</span>
        <span className={classes['version']}>
          <Trans>Version {detail.version}</Trans>
        </span>
        <span className={classes['spacer']} />
        <span className={classes['hash']} title={t`SHA-256 of what is approved: ${version.hash}`}>
          <code>{version.hash.slice(0, 8)}</code>
          <CopyButton text={version.hash} label={t`Copy the hash`} />
        </span>
      </p>
      <h2 className={classes['sentence']}>
        <ActionSentence
          detail={{ actionName: detail.actionName, kind: detail.kind, targets: version.targets }}
        />
      </h2>
      <div className={classes['facts']}>
        <RiskChip risk={detail.risk} />
        {detail.effects.map((effect) => (
          <span key={effect.code} className={classes['effect']}>
            <EffectWords effect={effect} />
          </span>
        ))}
        {detail.cost > 0 && !detail.effects.some((effect) => effect.code === 'credits.spent') ? (
          <span className={classes['effect']}>
            <Trans>Costs {detail.cost} credits</Trans>
          </span>
        ) : null}
        {detail.status === 'pending' && detail.expiresAt ? (
          <span className={classes['expiry']}>
            <Expiry until={detail.expiresAt} />
          </span>
        ) : null}
      </div>
    </header>
  );
}

/** Silence counts as no, at a moment that is told. */
function Expiry({ until }: { until: string }) {
  const isOver = useNow(1000) >= Date.parse(until);
  if (isOver) return <Trans>Its time is up: silence counts as no.</Trans>;
  return (
    <Trans>
      Without an answer it expires in <Countdown until={until} />
    </Trans>
  );
}
