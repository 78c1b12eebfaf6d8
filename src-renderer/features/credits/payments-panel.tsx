import { Button, NativeSelect, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { IconReceipt } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useCallback } from 'react';
import type { Payment } from '../../../src-server/contract/console/billing';
import type { AgentCredits } from '../../../src-server/contract/console/credits';
import type { LiveEvent } from '../../../src-server/contract/console/events';
import { useLiveEvents } from '../../api/live-context';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { CopyButton } from '../../components/copy-button';
import { FormError } from '../../components/form-error';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { paymentsQuery, usePay } from './api';
import { useCreditFormat, useMoneyFormat, usePaymentWords } from './credit-words';
import classes from './credits.module.css';
import { ShopSection } from './shop-section';

interface PaymentsPanelProps {
  readonly agents: readonly AgentCredits[];
  readonly agentId: string | undefined;
  readonly onChange: (agentId: string) => void;
}

/** Buying for an agent, and everything that was bought. */
export function PaymentsPanel({ agents, agentId, onChange }: PaymentsPanelProps) {
  const { t } = useLingui();
  const chosen = agents.find(({ agent }) => agent.id === agentId) ?? agents[0];
  useLiveEvents(
    useCallback(
      ({ topic, change }: LiveEvent) => {
        if (topic === 'credits' && change === 'paid') announce(t`The payment is confirmed`);
      },
      [t],
    ),
  );
  if (!chosen) return null;
  return (
    <>
      <div className={classes['choices']}>
        <NativeSelect
          label={t`Buy for`}
          value={chosen.agent.id}
          onChange={(event) => onChange(event.currentTarget.value)}
          data={agents.map(({ agent }) => ({ value: agent.id, label: agent.name }))}
        />
      </div>
      <ShopSection key={chosen.agent.id} agentId={chosen.agent.id} />
      <History />
    </>
  );
}

function History() {
  const { t } = useLingui();
  const list = useInfiniteQuery(paymentsQuery);
  const pay = usePay();
  const payments = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={classes['section']} aria-labelledby="payments">
      <h2 id="payments" className={classes['subtitle']}>
        <Trans>Payments</Trans>
      </h2>
      <FormError error={pay.error} fields={[]} />
      {list.isPending ? <SkeletonRows heights={[40, 40]} /> : null}
      {list.isError && payments.length === 0 ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.isSuccess && payments.length === 0 ? (
        <EmptyState icon={<IconReceipt size={28} stroke={1.5} />} title={t`You have ordered nothing yet`}>
          <Trans>
            What you order for your agents stands here until it is paid, and after that. Nothing is charged
            but at a checkout that you pay yourself.
          </Trans>
        </EmptyState>
      ) : null}
      {payments.length > 0 ? (
        <PaymentsTable
          payments={payments}
          paying={pay.isPending ? pay.variables : undefined}
          onPay={(id) => pay.mutate(id)}
        />
      ) : null}
      {list.hasNextPage ? (
        <div>
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            <Trans>Show older payments</Trans>
          </Button>
        </div>
      ) : null}
    </section>
  );
}

interface PaymentsTableProps {
  readonly payments: readonly Payment[];
  readonly paying: string | undefined;
  readonly onPay: (id: string) => void;
}

function PaymentsTable({ payments, paying, onPay }: PaymentsTableProps) {
  const { t } = useLingui();
  return (
    <Table className={classes['table'] ?? ''} aria-label={t`Your payments, newest first`}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            <Trans>What for</Trans>
          </Table.Th>
          <Table.Th className={classes['number'] ?? ''}>
            <Trans>Price</Trans>
          </Table.Th>
          <Table.Th>
            <Trans>Status</Trans>
          </Table.Th>
          <Table.Th className={classes['roomy'] ?? ''}>
            <Trans>Ordered</Trans>
          </Table.Th>
          <Table.Th>
            <span className="sr-only">
              <Trans>What you can do</Trans>
            </span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {payments.map((payment) => (
          <PaymentRow key={payment.id} payment={payment} isPaying={paying === payment.id} onPay={onPay} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function PaymentRow({
  payment,
  isPaying,
  onPay,
}: {
  readonly payment: Payment;
  readonly isPaying: boolean;
  readonly onPay: (id: string) => void;
}) {
  const { t } = useLingui();
  const money = useMoneyFormat();
  const credits = useCreditFormat();
  const statusWord = usePaymentWords();
  const price = money(payment.amountMinor, payment.currency);
  const amount = payment.credits === null ? '' : credits(payment.credits);
  const what = payment.plan ?? t`${amount} credits`;
  const isLost = payment.status === 'paid' && !payment.isFulfilled;
  return (
    <Table.Tr>
      <Table.Td>
        {what}
        <span className={classes['small']}>
          <AgentText form="line">{payment.agent.name}</AgentText>
        </span>
      </Table.Td>
      <Table.Td className={classes['number'] ?? ''}>{price}</Table.Td>
      <Table.Td>
        <span data-testid="payment-status">{statusWord(payment)}</span>
        {isLost ? (
          <span className={classes['small']}>
            <Trans>
              The agent had left you, or had more by then. Ask whoever runs this server for your money back.
            </Trans>
          </span>
        ) : null}
      </Table.Td>
      <Table.Td className={classes['roomy'] ?? ''}>
        <RelativeTime at={payment.createdAt} />
      </Table.Td>
      <Table.Td>
        <span className={classes['acts']}>
          {payment.isPayable ? (
            <Button
              size="xs"
              loading={isPaying}
              aria-label={t`Pay ${price} for ${what}`}
              onClick={() => onPay(payment.id)}
            >
              <Trans>Pay</Trans>
            </Button>
          ) : null}
          <CopyButton text={payment.id} label={t`Copy the order’s id`} />
        </span>
      </Table.Td>
    </Table.Tr>
  );
}
