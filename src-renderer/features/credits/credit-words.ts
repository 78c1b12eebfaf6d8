import { useLingui } from '@lingui/react/macro';
import type { Payment } from '../../../src-server/contract/console/billing';
import type { CapKind, CreditAlert, LedgerLine } from '../../../src-server/contract/console/credits';
import { useKindWords } from '../inbox/words';

/** Credits as the language writes numbers; the ledger has three decimals. */
export function useCreditFormat(): (credits: number) => string {
  const { i18n } = useLingui();
  const format = new Intl.NumberFormat(i18n.locale, { maximumFractionDigits: 3 });
  return (credits) => format.format(credits);
}

/** With its sign, so that what came and what went are told apart without colour. */
export function useMovementFormat(): (credits: number) => string {
  const { i18n } = useLingui();
  const format = new Intl.NumberFormat(i18n.locale, { maximumFractionDigits: 3, signDisplay: 'exceptZero' });
  return (credits) => format.format(credits);
}

/** Money as the language writes it, from minor units. */
export function useMoneyFormat(): (minor: number, currency: string) => string {
  const { i18n } = useLingui();
  return (minor, currency) => {
    const exact = new Intl.NumberFormat(i18n.locale, { style: 'currency', currency });
    const units = minor / 10 ** (exact.resolvedOptions().maximumFractionDigits ?? 2);
    if (!Number.isInteger(units)) return exact.format(units);
    return new Intl.NumberFormat(i18n.locale, {
      style: 'currency',
      currency,
      maximumFractionDigits: 0,
    }).format(units);
  };
}

/** What became of a payment. */
export function usePaymentWords(): (
  payment: Pick<Payment, 'status' | 'isPayable' | 'isFulfilled'>,
) => string {
  const { t } = useLingui();
  return ({ status, isPayable, isFulfilled }) => {
    const words: Record<Payment['status'], string> = {
      pending: isPayable ? t`Waits to be paid` : t`Not confirmed in time`,
      paid: isFulfilled ? t({ message: 'Paid', context: 'payment' }) : t`Paid, not delivered`,
      expired: t`Let go`,
      failed: t`Failed`,
      refunded: t`Refunded`,
    };
    return words[status];
  };
}

/** A day of the ledger, which is a day of UTC. */
export function useDayFormat(style: 'short' | 'long'): (day: string) => string {
  const { i18n } = useLingui();
  const format = new Intl.DateTimeFormat(i18n.locale, {
    timeZone: 'UTC',
    day: 'numeric',
    month: style,
    ...(style === 'long' ? { year: 'numeric' as const } : {}),
  });
  return (day) => format.format(new Date(`${day}T00:00:00.000Z`));
}

export function useCapKindWords(): (kind: CapKind) => string {
  const { t } = useLingui();
  const kindWord = useKindWords();
  return (kind) =>
    kind === 'all' ? t({ message: 'Everything', context: 'what a cap counts' }) : kindWord(kind);
}

export function useScopeWords(): (scope: CreditAlert['scope']) => string {
  const { t } = useLingui();
  const capWord = useCapKindWords();
  return (scope) => {
    if (scope === 'month') return t`its credits of this month`;
    if (scope === 'all') return t`its cap for today`;
    const kind = capWord(scope);
    return t`its cap for today on “${kind}”`;
  };
}

/** What a line of the ledger says: what happened to credits, and for what. */
export function useLineWords(): (line: Pick<LedgerLine, 'type' | 'outcome'>) => string {
  const { t } = useLingui();
  return ({ type, outcome }) => {
    const words: Record<LedgerLine['type'], string> = {
      grant: t`Month’s credits`,
      charge: t({ message: 'Paid', context: 'ledger' }),
      reserve:
        outcome === 'captured'
          ? t`Set aside, then paid`
          : outcome === 'released'
            ? t`Set aside, given back`
            : t`Set aside`,
      release: t({ message: 'Given back', context: 'ledger' }),
      refund: t`Refunded after undo`,
      topup: t`Topped up`,
      takeback: t`Taken back: its payment was refunded`,
    };
    return words[type];
  };
}

export function useCostWords(): (costName: string) => string {
  const { t } = useLingui();
  return (costName) => {
    const words: Readonly<Record<string, string>> = {
      post: t`Post`,
      comment: t`Comment`,
      reply: t`Reply`,
      dm: t`Message`,
    };
    return words[costName] ?? costName;
  };
}
