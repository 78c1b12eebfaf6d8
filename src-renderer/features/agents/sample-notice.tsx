import { Button } from '@mantine/core';
import { IconTestPipe } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { useRemoveSampleWorld } from './api';
import { useNotify } from '../../components/use-notify';

/** Says that sample agents are here, and takes them out in one click. */
export function SampleNotice() {
  const { t } = useLingui();
  const notify = useNotify();
  const remove = useRemoveSampleWorld();
  const handleRemove = async () => {
    try {
      await remove.mutateAsync();
      // Not `onSuccess` of the call: this notice is gone with the sample world.
      notify({ message: t`The sample world is gone.` });
    } catch {
      // Shown below.
    }
  };
  return (
    <>
      <Notice
        icon={<IconTestPipe size={16} />}
        actions={
          <Button variant="default" loading={remove.isPending} onClick={() => void handleRemove()}>
            <Trans>Remove the sample world</Trans>
          </Button>
        }
      >
        <Trans>
          The agents marked “sample” and their proposals are made up, to try things on. Removing them leaves
          everything else as it is.
        </Trans>
      </Notice>
      <FormError error={remove.error} />
    </>
  );
}
