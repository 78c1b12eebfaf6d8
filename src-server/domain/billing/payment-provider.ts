import type { PaymentProviderName } from '../../contract/console/billing';

/** What a provider is asked to take money for. */
export interface CheckoutOrder {
  /** Ours; comes back with every event, and makes a repeated call harmless. */
  readonly orderId: string;
  /** What the buyer reads at the checkout. */
  readonly title: string;
  /** Minor units. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

export interface Checkout {
  readonly sessionId: string;
  /** Absolute; of our own pages the path alone, since where we listen may change. */
  readonly url: string;
  readonly expiresAt: number;
}

/**
 * Who takes money. It is asked outside of every transaction; what became of a payment it says by signed events alone,
 * which come through one handler whoever sent them.
 */
export interface PaymentProvider {
  readonly name: PaymentProviderName;
  /** `key_id` of the document: the key that a page of the buyer's may show. */
  readonly publishableKey: string;
  /** Of the events it signs. */
  readonly webhookSecret: string;
  /**
   * Opens the checkout of an order, or finds the one it has.
   * @throws AppError `unavailable` when the provider does not answer in time, or refuses
   */
  openCheckout(order: CheckoutOrder): Promise<Checkout>;
}
