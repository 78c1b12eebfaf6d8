import { Button } from '@mantine/core';
import { IconCircleCheck, IconListCheck } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useMe } from '../../api/session';
import { LinkButton } from '../../components/link-button';
import { Notice } from '../../components/notice';
import { useDismissSetup } from './api';
import classes from './setup-banner.module.css';
import { setupSteps } from './setup-steps';

/** Above a page, until first run is finished or left: what is still open, and a word after the first decision. */
export function SetupBanner() {
  const { t } = useLingui();
  const me = useMe();
  const dismiss = useDismissSetup();
  if (!me.data?.user || me.data.setup.isDismissed) return null;
  const open = setupSteps(me.data).filter((step) => !step.isDone).length;
  const leave = (
    <Button variant="default" loading={dismiss.isPending} onClick={() => dismiss.mutate()}>
      {open === 0 ? <Trans>Finish</Trans> : <Trans>Leave it</Trans>}
    </Button>
  );
  return (
    <aside className={classes['banner']} aria-label={t`Set-up`}>
      {me.data.setup.hasDecided ? (
        <Notice
          isLive
          tone="ok"
          icon={<IconCircleCheck size={16} />}
          actions={
            <>
              {open === 0 ? null : <Continue />}
              {leave}
            </>
          }
        >
          <Trans>
            You made your first decision. The agent reads the outcome, and the log keeps who decided.
          </Trans>{' '}
          {open === 0 ? null : (
            <Plural
              value={open}
              one="# step of the set-up is open."
              other="# steps of the set-up are open."
            />
          )}
        </Notice>
      ) : (
        <Notice
          icon={<IconListCheck size={16} />}
          actions={
            <>
              <Continue />
              {leave}
            </>
          }
        >
          <Plural value={open} one="# step of the set-up is open." other="# steps of the set-up are open." />
        </Notice>
      )}
    </aside>
  );
}

function Continue() {
  return (
    <LinkButton to="/welcome" variant="default">
      <Trans>Continue</Trans>
    </LinkButton>
  );
}
