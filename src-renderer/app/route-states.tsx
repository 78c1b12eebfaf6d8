import { Button } from '@mantine/core';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { IconMapQuestion, IconUnlink } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { EmptyState, ErrorState } from '../components/states';
import classes from './gates.module.css';

/** An address that leads nowhere. */
export function NotFoundPage() {
  const { t } = useLingui();
  // It stands in the place of the frame, which has the landmark and the heading of every other page.
  return (
    <main className={classes['wait']} id="page">
      <h1 className="sr-only" translate="no">
        Countersign
      </h1>
      <EmptyState
        icon={<IconMapQuestion size={28} stroke={1.5} />}
        title={t`There is no such page`}
        actions={
          <Button component={Link} to="/inbox" variant="default">
            <Trans>Go to the Inbox</Trans>
          </Button>
        }
      />
    </main>
  );
}

/** A `countersign://` link that this version does not know: nothing was done with it. */
export function UnknownLinkPage() {
  const { t } = useLingui();
  return (
    <div className={classes['wait']}>
      <h1 className="sr-only" translate="no">
        Countersign
      </h1>
      <EmptyState
        icon={<IconUnlink size={28} stroke={1.5} />}
        title={t`This link is not known`}
        actions={
          <Button component={Link} to="/inbox" variant="default">
            <Trans>Go to the Inbox</Trans>
          </Button>
        }
      >
        <Trans>
          A program asked Countersign to open a page that this version does not have. It may be from a newer
          version, or be damaged. Nothing was done.
        </Trans>
      </EmptyState>
    </div>
  );
}

/** A page that threw while rendering: says so and draws it again, without losing the rest of the window. */
export function RouteErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const handleRetry = () => {
    reset();
    void router.invalidate();
  };
  return <ErrorState error={error} onRetry={handleRetry} />;
}
