import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import type { PlanRefusal, Shop, TopUpRefusal } from '../../../src-server/contract/console/billing';
import { PLAN_DAYS } from '../../../src-server/contract/nb/billing';
import { announce } from '../../components/announcer';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { shell } from '../../shell';
import { shopQuery, useOrder, type Wanted } from './api';
import { useCreditFormat, useDayFormat, useMoneyFormat } from './credit-words';
import classes from './credits.module.css';

/** What can be bought for one agent: packs of credits and plans, with their prices, or why not. */
export function ShopSection({ agentId }: { agentId: string }) {
  const { t } = useLingui();
  const shop = useQuery(shopQuery(agentId));
  const order = useOrder(agentId);
  if (shop.isPending) return <SkeletonRows heights={[24, 40, 40]} />;
  if (shop.isError && !shop.data) {
    return <ErrorState error={shop.error} onRetry={() => void shop.refetch()} />;
  }
  const handleBuy = (wanted: Wanted) =>
    order.mutate(wanted, {
      onSuccess: () => {
        if (shell) announce(t`The checkout opens in your browser`);
      },
    });
  const refusal = shop.data.topUpRefusal;
  if (refusal === 'no_limit' || refusal === 'sample') {
    return (
      <section className={classes['section']} aria-labelledby="shop-top-up">
        <h2 id="shop-top-up" className={classes['subtitle']}>
          <Trans>Top up</Trans>
        </h2>
        <p className={classes['dim']}>
          <TopUpRefused refusal={refusal} />
        </p>
      </section>
    );
  }
  const busy = order.isPending ? order.variables : undefined;
  return (
    <>
      {shop.data.isSandbox ? (
        <Notice>
          <Trans>
            No payment provider is set up here, so no money moves: orders are paid at a sandbox page that says
            so.
          </Trans>
        </Notice>
      ) : null}
      <FormError error={order.error} fields={[]} />
      <TopUp shop={shop.data} busy={busy} onBuy={handleBuy} />
      <Plans shop={shop.data} busy={busy} onBuy={handleBuy} />
    </>
  );
}

interface PartProps {
  readonly shop: Shop;
  readonly busy: Wanted | undefined;
  readonly onBuy: (wanted: Wanted) => void;
}

function TopUp({ shop, busy, onBuy }: PartProps) {
  const { t } = useLingui();
  const credits = useCreditFormat();
  const money = useMoneyFormat();
  return (
    <section className={classes['section']} aria-labelledby="shop-top-up">
      <h2 id="shop-top-up" className={classes['subtitle']}>
        <Trans>Top up</Trans>
      </h2>
      {shop.topUpRefusal === null ? (
        <ul className={classes['goods']} aria-label={t`Packs of credits`}>
          {shop.packs.map((pack) => {
            const [amount, price] = [credits(pack.credits), money(pack.priceMinor, shop.currency)];
            return (
              <li key={pack.credits}>
                <strong>
                  <Trans>{amount} credits</Trans>
                </strong>
                <span className={classes['price']}>{price}</span>
                <Button
                  variant="default"
                  loading={busy?.type === 'credits' && busy.packSize === pack.credits}
                  disabled={busy !== undefined}
                  aria-label={t`Buy ${amount} credits for ${price}`}
                  onClick={() => onBuy({ type: 'credits', packSize: pack.credits })}
                >
                  <Trans>Buy</Trans>
                </Button>
              </li>
            );
          })}
        </ul>
      ) : (
        <p className={classes['dim']}>
          <TopUpRefused refusal={shop.topUpRefusal} />
        </p>
      )}
    </section>
  );
}

function Plans({ shop, busy, onBuy }: PartProps) {
  const { t } = useLingui();
  const credits = useCreditFormat();
  const money = useMoneyFormat();
  return (
    <section className={classes['section']} aria-labelledby="shop-plan">
      <h2 id="shop-plan" className={classes['subtitle']}>
        <Trans>Change plan</Trans>
      </h2>
      <p className={classes['dim']}>
        <CurrentPlan shop={shop} />
      </p>
      <ul className={classes['goods']} aria-label={t`Plans`}>
        {shop.plans.map(({ key, tier, label, creditsMonth, priceMinor, refusal }) => {
          const price = money(priceMinor, shop.currency);
          const monthly = creditsMonth === null ? '' : credits(creditsMonth);
          const isMore = tier === shop.tier.id;
          return (
            <li key={key}>
              <span>
                <strong>{label}</strong>{' '}
                <span className={classes['dim']}>
                  <Trans>{monthly} credits a month</Trans>
                </span>
              </span>
              <span className={classes['price']}>
                <Trans>
                  {price} for {PLAN_DAYS} days
                </Trans>
              </span>
              {refusal === null ? (
                <Button
                  variant="default"
                  loading={busy?.type === 'plan' && busy.planKey === key}
                  disabled={busy !== undefined}
                  aria-label={
                    isMore
                      ? t`More time: ${PLAN_DAYS} days of ${label} for ${price}`
                      : t`Change to ${label} for ${price}`
                  }
                  onClick={() => onBuy({ type: 'plan', planKey: key })}
                >
                  {isMore ? <Trans>More time</Trans> : <Trans context="plan">Change</Trans>}
                </Button>
              ) : (
                <span className={classes['dim']}>
                  <PlanRefused refusal={refusal} />
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function CurrentPlan({ shop: { tier, tierEndsAt } }: { shop: Shop }) {
  const longDay = useDayFormat('long');
  const { label } = tier;
  if (tierEndsAt === null) return <Trans>It is on {label}, without an end.</Trans>;
  const day = longDay(tierEndsAt.slice(0, 10));
  return (
    <Trans>
      It is on {label} until {day}. Nothing renews by itself.
    </Trans>
  );
}

function TopUpRefused({ refusal }: { refusal: NonNullable<TopUpRefusal> }) {
  switch (refusal) {
    case 'no_limit':
      return <Trans>Credits of this agent have no limit, so there is nothing to buy.</Trans>;
    case 'sample':
      return <Trans>Nothing can be bought for a sample agent.</Trans>;
    case 'tier':
      return (
        <Trans>Starter can’t be topped up. Change to Pro, Elite or Protocol Pro below, then you can.</Trans>
      );
  }
}

function PlanRefused({ refusal }: { refusal: NonNullable<PlanRefusal> }) {
  switch (refusal) {
    case 'tier_higher':
      return <Trans>It has more now</Trans>;
    case 'tier_set':
      return <Trans>It has this</Trans>;
    case 'no_limit':
    case 'sample':
      return <Trans>Not for this agent</Trans>;
  }
}
