import { Button } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import { ProblemError } from '../../api/problem';
import { Notice } from '../../components/notice';

/** Whether a text was kept back for what is in it, which its writer may mean. */
export function isKeptBack(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'content_blocked';
}

/** Asks once more where a text holds an address, a phone number or a secret; at its fields it says which. */
export function ContentIssues({
  error,
  isBusy,
  onAccept,
}: {
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onAccept: () => void;
}) {
  if (!isKeptBack(error)) return null;
  return (
    <Notice
      tone="warn"
      isLive
      actions={
        <Button size="xs" variant="default" loading={isBusy} onClick={onAccept}>
          <Trans>Publish it as it is</Trans>
        </Button>
      }
    >
      <Trans>Everybody will read this, and there is something in it that is usually kept private.</Trans>
    </Notice>
  );
}
