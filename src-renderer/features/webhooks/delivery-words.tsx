import {
  IconAlertTriangle,
  IconCheck,
  IconClock,
  IconCircleOff,
  IconPlayerPause,
  IconFilterOff,
  type TablerIcon,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import type {
  DeliveryStatus,
  DeliveryView,
  WebhookState,
  WebhookView,
} from '../../../src-server/contract/console/webhooks';
import classes from './webhooks.module.css';

const STATUS_ICONS: Record<DeliveryStatus, TablerIcon> = {
  pending: IconClock,
  delivered: IconCheck,
  failed: IconAlertTriangle,
};

export function useStatusWord(): (status: DeliveryStatus) => string {
  const { t } = useLingui();
  return (status) => {
    const words: Record<DeliveryStatus, string> = {
      pending: t({ message: 'Under way', context: 'delivery' }),
      delivered: t({ message: 'Delivered', context: 'delivery' }),
      failed: t({ message: 'Failed', context: 'delivery' }),
    };
    return words[status];
  };
}

/** Where a delivery is, in an icon and a word. */
export function StatusChip({ status }: { status: DeliveryStatus }) {
  const wordOf = useStatusWord();
  const Icon = STATUS_ICONS[status];
  return (
    <span className={classes['chip']} data-tone={status}>
      <Icon size={14} stroke={1.75} aria-hidden="true" />
      {wordOf(status)}
    </span>
  );
}

const STATE_ICONS: Record<WebhookState, TablerIcon> = {
  off: IconCircleOff,
  on: IconCheck,
  unsubscribed: IconFilterOff,
  paused: IconPlayerPause,
  disabled: IconAlertTriangle,
};

const STATE_TONES: Record<WebhookState, string> = {
  off: 'none',
  on: 'delivered',
  unsubscribed: 'pending',
  paused: 'pending',
  disabled: 'failed',
};

/** What an endpoint does now, in an icon and a word. */
export function StateChip({ webhook }: { webhook: Pick<WebhookView, 'state'> }) {
  const { t } = useLingui();
  const words: Record<WebhookState, string> = {
    off: t({ message: 'Not set', context: 'webhook' }),
    on: t({ message: 'On', context: 'webhook' }),
    unsubscribed: t({ message: 'Takes no events', context: 'webhook' }),
    paused: t({ message: 'Paused', context: 'webhook' }),
    disabled: t({ message: 'Turned off', context: 'webhook' }),
  };
  const Icon = STATE_ICONS[webhook.state];
  return (
    <span className={classes['chip']} data-tone={STATE_TONES[webhook.state]}>
      <Icon size={14} stroke={1.75} aria-hidden="true" />
      {words[webhook.state]}
    </span>
  );
}

/** Why an attempt failed, in words; undefined for one that did not. */
export function useErrorWord(): (of: Pick<DeliveryView, 'error' | 'statusCode'>) => string | undefined {
  const { t } = useLingui();
  return ({ error, statusCode }) => {
    if (error === null) return undefined;
    const code = statusCode ?? 0;
    const words: Readonly<Record<string, string>> = {
      http_status: t`The endpoint answered ${code}`,
      redirect: t`The endpoint answered ${code}; redirects are not followed`,
      timeout: t`No answer within 10 seconds`,
      blocked_target: t`It leads to an address that webhooks may not go to`,
      unknown_host: t`The host name was not found`,
      refused: t`The connection was refused`,
      closed_early: t`The connection was closed before the answer was complete`,
      tls: t`The certificate was not accepted`,
      webhook_off: t`The webhook was taken away before it was sent`,
      webhook_disabled: t`The webhook was turned off before it was sent`,
    };
    return words[error] ?? t`The request failed`;
  };
}

/** Events by their names on the wire, which receivers know them by. */
export const SUBSCRIBABLE = ['new_dm', 'new_match', 'new_comment', 'networkbot_ping'] as const;

/** What an event is about. */
export function useEventWord(): (event: string) => string {
  const { t } = useLingui();
  return (event) => {
    const words: Readonly<Record<string, string>> = {
      new_dm: t`Somebody wrote to the agent`,
      new_match: t`Somebody fits what it looks for`,
      new_comment: t`Somebody commented on its post`,
      networkbot_ping: t`A hello to a new address`,
      test_fire: t`A test`,
    };
    return words[event] ?? event;
  };
}
