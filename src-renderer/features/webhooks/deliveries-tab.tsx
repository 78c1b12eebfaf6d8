import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { IconRotateClockwise, IconSend, IconWebhook } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useRef, useState } from 'react';
import {
  deliveryStatus,
  type DeliveryView,
  type WebhookView,
} from '../../../src-server/contract/console/webhooks';
import { FormError } from '../../components/form-error';
import { Kbd } from '../../components/kbd';
import { LinkButton } from '../../components/link-button';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState, NoMatchState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { useAriaKeys, useHotkeys } from '../../hotkeys/hotkeys';
import { deliveriesQuery, useResend } from './api';
import { DeliveryInspector } from './delivery-inspector';
import { StatusChip, SUBSCRIBABLE, useErrorWord, useStatusWord } from './delivery-words';
import { RecoverDialog, RecoveryProgress } from './recover-dialog';
import classes from './webhooks.module.css';
import type { WebhooksSearch } from './webhooks-search';

interface DeliveriesTabProps {
  readonly webhook: WebhookView;
  readonly search: WebhooksSearch;
}

/** What was sent, newest first; one of them open in full. */
export function DeliveriesTab({ webhook, search }: DeliveriesTabProps) {
  const { t } = useLingui();
  const { id } = webhook.agent;
  const navigate = useNavigate({ from: '/webhooks' });
  const [isRecovering, setIsRecovering] = useState(false);
  const inspector = useRef<HTMLElement>(null);
  const resend = useResend(id);
  const recoverKeys = useAriaKeys('webhooks.recover');
  const deliveries = useInfiniteQuery(deliveriesQuery(id, search));
  const items = deliveries.data?.pages.flatMap((page) => page.items) ?? [];
  const change = (next: WebhooksSearch) =>
    void navigate({ search: (old) => ({ ...old, agent: id, ...next }), replace: true });
  /** The row that has the focus, else the one that is open. */
  const currentId = (): string | undefined =>
    document.activeElement?.closest<HTMLElement>('[data-delivery]')?.dataset['delivery'] ?? search.delivery;
  const step = (by: 1 | -1) => {
    const links = [...document.querySelectorAll<HTMLElement>('[data-delivery-link]')];
    const at = links.findIndex((link) => link === document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus();
  };
  useHotkeys([
    { id: 'webhooks.next', run: () => step(1) },
    { id: 'webhooks.previous', run: () => step(-1) },
    {
      id: 'webhooks.inspect',
      run: () => {
        const delivery = currentId() ?? items[0]?.id;
        if (delivery === undefined) return;
        change({ delivery });
        requestAnimationFrame(() => inspector.current?.focus());
      },
    },
    {
      id: 'webhooks.resend',
      isEnabled: items.length > 0,
      run: () => {
        const delivery = currentId();
        if (delivery !== undefined) resend.mutate(delivery);
      },
    },
    { id: 'webhooks.recover', isEnabled: webhook.url !== null, run: () => setIsRecovering(true) },
    {
      id: 'webhooks.close',
      isEnabled: search.delivery !== undefined,
      run: () => change({ delivery: undefined }),
    },
  ]);
  const isFiltered = search.status !== undefined || search.event !== undefined;
  return (
    <div className={classes['stack']}>
      <div className={classes['bar']}>
        <Filters search={search} onChange={change} />
        {webhook.url === null ? null : (
          <Button
            variant="default"
            leftSection={<IconRotateClockwise size={14} aria-hidden="true" />}
            rightSection={<Kbd hotkey="webhooks.recover" />}
            {...recoverKeys}
            onClick={() => setIsRecovering(true)}
          >
            <Trans>Send failed ones again …</Trans>
          </Button>
        )}
      </div>
      <RecoveryProgress recovery={webhook.recovery} />
      <FormError error={resend.error} />
      {deliveries.isPending ? <SkeletonRows heights={[40, 40, 40]} /> : null}
      {deliveries.isError && !deliveries.data ? (
        <ErrorState error={deliveries.error} onRetry={() => void deliveries.refetch()} />
      ) : null}
      {deliveries.data && items.length === 0 ? (
        <Nothing
          isFiltered={isFiltered}
          webhook={webhook}
          onClear={() => change({ status: undefined, event: undefined })}
        />
      ) : null}
      {items.length > 0 ? (
        <ul className={classes['deliveries']} aria-label={t`Deliveries, newest first`}>
          {items.map((delivery) => (
            <DeliveryItem
              key={delivery.id}
              delivery={delivery}
              search={{ ...search, agent: id, tab: 'deliveries' }}
              isOpen={delivery.id === search.delivery}
            />
          ))}
        </ul>
      ) : null}
      {deliveries.hasNextPage ? (
        <Button
          variant="default"
          loading={deliveries.isFetchingNextPage}
          onClick={() => void deliveries.fetchNextPage()}
        >
          <Trans>Show older deliveries</Trans>
        </Button>
      ) : null}
      {search.delivery === undefined ? null : (
        <DeliveryInspector
          key={search.delivery}
          agentId={id}
          deliveryId={search.delivery}
          pane={inspector}
          isResending={resend.isPending}
          onResend={(delivery) => resend.mutate(delivery)}
          onClose={() => change({ delivery: undefined })}
        />
      )}
      {isRecovering ? <RecoverDialog agentId={id} onClose={() => setIsRecovering(false)} /> : null}
    </div>
  );
}

interface FiltersProps {
  readonly search: WebhooksSearch;
  readonly onChange: (next: WebhooksSearch) => void;
}

function Filters({ search, onChange }: FiltersProps) {
  const { t } = useLingui();
  const wordOf = useStatusWord();
  return (
    <search className={classes['filters']}>
      <NativeSelect
        aria-label={t`Filter by status`}
        value={search.status ?? ''}
        onChange={(event) => {
          const status = deliveryStatus.safeParse(event.currentTarget.value);
          onChange({ status: status.success ? status.data : undefined, delivery: undefined });
        }}
        data={[
          { value: '', label: t`Every status` },
          ...deliveryStatus.options.map((value) => ({ value, label: wordOf(value) })),
        ]}
      />
      <NativeSelect
        aria-label={t`Filter by event`}
        value={search.event ?? ''}
        onChange={(event) => onChange({ event: event.currentTarget.value || undefined, delivery: undefined })}
      >
        <option value="">{t`Every event`}</option>
        {[...SUBSCRIBABLE, 'test_fire'].map((event) => (
          <option key={event} value={event} translate="no">
            {event}
          </option>
        ))}
      </NativeSelect>
    </search>
  );
}

interface NothingProps {
  readonly isFiltered: boolean;
  readonly webhook: WebhookView;
  readonly onClear: () => void;
}

function Nothing({ isFiltered, webhook, onClear }: NothingProps) {
  const { t } = useLingui();
  const agent = webhook.agent.id;
  if (isFiltered) return <NoMatchState onClear={onClear} />;
  return (
    <EmptyState
      icon={<IconWebhook size={28} stroke={1.5} />}
      title={t`Nothing was sent yet`}
      actions={
        webhook.url === null ? (
          <LinkButton to="/webhooks" search={{ agent, tab: 'settings' }}>
            <Trans>Set an address</Trans>
          </LinkButton>
        ) : (
          <LinkButton
            to="/webhooks"
            search={{ agent, tab: 'test' }}
            leftSection={<IconSend size={14} aria-hidden="true" />}
          >
            <Trans>Send an example</Trans>
          </LinkButton>
        )
      }
    >
      <Trans>
        When somebody writes to the agent, comments on its post or fits what it looks for, it is sent here
        within moments: three attempts, each with its answer, kept for 30 days.
      </Trans>
    </EmptyState>
  );
}

interface DeliveryItemProps {
  readonly delivery: DeliveryView;
  readonly search: WebhooksSearch;
  readonly isOpen: boolean;
}

function DeliveryItem({ delivery, search, isOpen }: DeliveryItemProps) {
  const errorWord = useErrorWord();
  const { attempts, latencyMs, statusCode } = delivery;
  const why = errorWord(delivery);
  return (
    <li data-delivery={delivery.id}>
      <Link
        to="/webhooks"
        search={{ ...search, delivery: delivery.id }}
        replace
        preload={false}
        className={classes['delivery']}
        data-delivery-link=""
        data-open={isOpen}
        aria-current={isOpen ? 'true' : undefined}
      >
        <StatusChip status={delivery.status} />
        <code className={classes['event']}>{delivery.event}</code>
        <span className={classes['why']}>
          {why ??
            (statusCode === null ? null : (
              <Trans>
                HTTP {statusCode} in {latencyMs} ms
              </Trans>
            ))}
        </span>
        <span className={classes['small']} data-numeric="">
          {attempts > 1 ? <Trans>{attempts} attempts</Trans> : null}
        </span>
        <span className={classes['when']}>
          <RelativeTime at={delivery.createdAt} />
        </span>
      </Link>
    </li>
  );
}
