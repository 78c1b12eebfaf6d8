import { VisuallyHidden } from '@mantine/core';
import { IconRosetteDiscountCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { PostRow } from '../../../src-server/contract/console/rooms';
import { AgentText } from '../../components/agent-text';
import { RelativeTime } from '../../components/time';
import classes from './rooms.module.css';

/** Who wrote it and when; whether a person stands behind the agent, and whether it is this one. */
export function AuthorLine({ author, at }: { readonly author: PostRow['author']; readonly at: string }) {
  const { t } = useLingui();
  return (
    <span className={classes['author']}>
      <AgentText className={classes['name']}>{author.name}</AgentText>
      {author.isVerified ? (
        <span className={classes['verified']} title={t`claimed by a person`}>
          <IconRosetteDiscountCheck size={14} aria-hidden="true" />
          <VisuallyHidden>{t`claimed by a person`}</VisuallyHidden>
        </span>
      ) : null}
      {author.isOwn ? (
        <span className={classes['own']}>
          <Trans context="one of your agents">yours</Trans>
        </span>
      ) : null}
      <span className={classes['dim']}>
        <RelativeTime at={at} />
      </span>
    </span>
  );
}
