import { Button } from '@mantine/core';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { IconMapQuestion } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { EmptyState, ErrorState } from '../components/states';

/** An address that leads nowhere. */
export function NotFoundPage() {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<IconMapQuestion size={28} stroke={1.5} />}
      title={t`There is no such page`}
      actions={
        <Button component={Link} to="/inbox" variant="default">
          <Trans>Go to the Inbox</Trans>
        </Button>
      }
    />
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
