import * as contract from '../../contract/console/outbox';
import type { OutboxService } from '../../domain/mail/outbox.service';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

/** The mails the platform wrote. */
export function outboxRoutes({ outbox }: { readonly outbox: OutboxService }): ConsoleRoute[] {
  return [
    readRoute(contract.listMails, ({ query, caller }) => ({
      ...outbox.list(query, caller),
      delivery: outbox.delivery,
    })),
    writeRoute(
      contract.openMail,
      ({ params, caller }, answering) =>
        outbox.open(
          params.id,
          caller,
          answering((_tx, mail) => mail),
        ),
      { hasSecret: () => true },
    ),
    writeRoute(contract.resendMail, ({ params, caller }, answering) =>
      outbox.resend(
        params.id,
        caller,
        answering((_tx, mail) => mail),
      ),
    ),
  ];
}
