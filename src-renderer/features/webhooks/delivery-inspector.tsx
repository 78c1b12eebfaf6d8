import { Button, CloseButton, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconCopy, IconRotateClockwise } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type RefObject, useState } from 'react';
import type { AttemptView, DeliveryDetail } from '../../../src-server/contract/console/webhooks';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { formatInstant } from '../../components/duration';
import { Kbd } from '../../components/kbd';
import { LinkButton } from '../../components/link-button';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { useNotify } from '../../components/use-notify';
import { useAriaKeys, useHotkeys } from '../../hotkeys/hotkeys';
import { copyText } from '../../shell';
import { deliveryQuery } from './api';
import { toCurl } from './curl';
import { StatusChip, useErrorWord } from './delivery-words';
import classes from './webhooks.module.css';

interface DeliveryInspectorProps {
  readonly agentId: string;
  readonly deliveryId: string;
  readonly pane: RefObject<HTMLElement | null>;
  readonly isResending: boolean;
  readonly onResend: (deliveryId: string) => void;
  readonly onClose: () => void;
}

/** One delivery: what was sent and what came back side by side, attempt by attempt. */
export function DeliveryInspector({ agentId, deliveryId, pane, ...rest }: DeliveryInspectorProps) {
  const { t } = useLingui();
  const delivery = useQuery(deliveryQuery(agentId, deliveryId));
  return (
    <section
      ref={pane}
      className={classes['inspector']}
      aria-label={t`Delivery`}
      tabIndex={-1}
      data-pane=""
      data-delivery={deliveryId}
      data-testid="inspector"
    >
      {delivery.isPending ? <SkeletonRows heights={[24, 160]} /> : null}
      {delivery.isError ? (
        <ErrorState error={delivery.error} onRetry={() => void delivery.refetch()} />
      ) : null}
      {delivery.data ? <InspectorView delivery={delivery.data} {...rest} /> : null}
    </section>
  );
}

interface InspectorViewProps extends Pick<DeliveryInspectorProps, 'isResending' | 'onResend' | 'onClose'> {
  readonly delivery: DeliveryDetail;
}

function InspectorView({ delivery, isResending, onResend, onClose }: InspectorViewProps) {
  const { t, i18n } = useLingui();
  const notify = useNotify();
  const [chosen, setChosen] = useState<number | null>(null);
  const attempt = delivery.attemptList.find((one) => one.attempt === chosen) ?? delivery.attemptList[0];
  const resendKeys = useAriaKeys('webhooks.resend');
  const copyKeys = useAriaKeys('webhooks.copyCurl');
  const handleCopy = () => {
    if (!attempt) return;
    copyText(toCurl(attempt, delivery)).then(
      () => announce(t`Copied`),
      () => notify({ message: t`Copying did not work` }),
    );
  };
  useHotkeys([{ id: 'webhooks.copyCurl', isEnabled: attempt !== undefined, run: handleCopy }]);
  return (
    <>
      <div className={classes['bar']}>
        <h2 className={classes['title']}>
          <StatusChip status={delivery.status} /> <code>{delivery.event}</code>
        </h2>
        <CloseButton size={24} aria-label={t`Close`} onClick={onClose} />
      </div>
      <div className={classes['filters']}>
        <Button
          leftSection={<IconRotateClockwise size={14} aria-hidden="true" />}
          rightSection={<Kbd hotkey="webhooks.resend" />}
          {...resendKeys}
          loading={isResending}
          onClick={() => onResend(delivery.id)}
          data-testid="resend"
        >
          <Trans>Send again</Trans>
        </Button>
        <Button
          variant="default"
          leftSection={<IconCopy size={14} aria-hidden="true" />}
          rightSection={<Kbd hotkey="webhooks.copyCurl" />}
          {...copyKeys}
          disabled={!attempt}
          onClick={handleCopy}
        >
          <Trans>Copy as cURL</Trans>
        </Button>
        {delivery.eventId === null ? null : (
          <LinkButton variant="default" to="/case/$traceId" params={{ traceId: delivery.traceId }}>
            <Trans>Open the case file</Trans>
          </LinkButton>
        )}
        {delivery.attemptList.length > 1 ? (
          <NativeSelect
            aria-label={t`Attempt`}
            value={String(attempt?.attempt ?? '')}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
            data={delivery.attemptList.map((one) => {
              const number = one.attempt;
              const when = formatInstant(i18n.locale, Date.parse(one.at));
              return { value: String(number), label: t`Attempt ${number}, ${when}` };
            })}
          />
        ) : null}
      </div>
      {attempt ? (
        <AttemptOf attempt={attempt} />
      ) : (
        <p className={classes['dim']}>
          <Trans>It was not sent yet.</Trans>
        </p>
      )}
      <div className={classes['sides']}>
        <section className={classes['side']} aria-label={t`Request`}>
          <h3>
            <Trans>Request</Trans>
          </h3>
          {attempt ? <HeaderList headers={attempt.requestHeaders} /> : null}
          <Body text={pretty(delivery.body)} label={t`Body of the request`} />
        </section>
        <section className={classes['side']} aria-label={t`Response`}>
          <h3>
            <Trans>Response</Trans>
          </h3>
          {attempt?.responseHeaders ? <HeaderList headers={attempt.responseHeaders} /> : null}
          {attempt?.responseBody ? (
            <Body text={attempt.responseBody} label={t`Body of the response`} />
          ) : (
            <p className={classes['dim']}>
              {attempt?.responseBody === '' ? <Trans>It was empty.</Trans> : <Trans>None came.</Trans>}
            </p>
          )}
          {attempt?.isCut ? (
            <p className={classes['small']}>
              <Trans>More was sent than is kept.</Trans>
            </p>
          ) : null}
        </section>
      </div>
    </>
  );
}

function AttemptOf({ attempt }: { attempt: AttemptView }) {
  const { i18n } = useLingui();
  const errorWord = useErrorWord();
  const why = errorWord(attempt);
  const { latencyMs, statusCode } = attempt;
  return (
    <dl className={classes['facts']}>
      <div>
        <dt>
          <Trans>Outcome</Trans>
        </dt>
        <dd>{why ?? <Trans>HTTP {statusCode}</Trans>}</dd>
      </div>
      <div>
        <dt>
          <Trans>When</Trans>
        </dt>
        <dd>
          <time dateTime={attempt.at}>{formatInstant(i18n.locale, Date.parse(attempt.at))}</time>
        </dd>
      </div>
      <div>
        <dt>
          <Trans>Took</Trans>
        </dt>
        <dd data-numeric="">
          <Trans>{latencyMs} ms</Trans>
        </dd>
      </div>
      <div>
        <dt>
          <Trans>Where to</Trans>
        </dt>
        <dd>
          <AgentText>{attempt.url}</AgentText>
          {attempt.address === null ? null : <code className={classes['small']}>{attempt.address}</code>}
        </dd>
      </div>
    </dl>
  );
}

function HeaderList({ headers }: { headers: Readonly<Record<string, string>> }) {
  return (
    <dl className={classes['headers']}>
      {Object.entries(headers).map(([name, value]) => (
        <div key={name}>
          <dt translate="no">{name}</dt>
          <dd>
            <AgentText>{value}</AgentText>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Body({ text, label }: { text: string; label: string }) {
  return (
    // What scrolls must be reachable by keyboard (WCAG 2.1.1).
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={classes['body']} tabIndex={0} aria-label={label}>
      <AgentText form="block">{text}</AgentText>
    </section>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
