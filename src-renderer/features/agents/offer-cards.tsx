import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plural, Trans } from '@lingui/react/macro';
import { useId, useState } from 'react';
import type { ReceivedOffer } from '../../../src-server/contract/console/leaving';
import { AgentText } from '../../components/agent-text';
import { FormError } from '../../components/form-error';
import { Countdown } from '../../components/time';
import classes from './joining.module.css';
import { offersQuery, useAcceptOffer, useDeclineOffer } from './leaving-api';
import { type MadeKey, NewKeyDialog } from './new-key-dialog';
import type { NewKey } from './new-key-panel';

/** Agents that other people of this server offer: take one over with a new key, or say no. */
export function OfferCards() {
  const offers = useQuery(offersQuery).data?.items ?? [];
  const [made, setMade] = useState<MadeKey | null>(null);
  return (
    <>
      {offers.length > 0 ? (
        <div className={classes['cards']}>
          {offers.map((offer) => (
            <OfferCard key={offer.id} offer={offer} onTaken={(key) => setMade({ agent: offer.agent, key })} />
          ))}
        </div>
      ) : null}
      {made ? <NewKeyDialog made={made} onClose={() => setMade(null)} /> : null}
    </>
  );
}

function OfferCard({ offer, onTaken }: { offer: ReceivedOffer; onTaken: (key: NewKey) => void }) {
  const titleId = useId();
  const accept = useAcceptOffer();
  const decline = useDeclineOffer();
  const { agent, from, expiresAt } = offer;
  return (
    <article className={classes['card']} aria-labelledby={titleId} tabIndex={-1} data-offer={offer.id}>
      <header className={classes['head']}>
        <h3 id={titleId} className={classes['name']}>
          <AgentText>{agent.name}</AgentText>
          {agent.handle ? <AgentText className={classes['handle']}>{`@${agent.handle}`}</AgentText> : null}
        </h3>
        <span className={classes['expiry']}>
          <Trans>
            open for <Countdown until={expiresAt} />
          </Trans>
        </span>
      </header>
      <p>
        <Trans>
          <AgentText>{from}</AgentText> offers you this agent.
        </Trans>{' '}
        <Plural
          value={agent.postsCount}
          _0="It has no public posts."
          one="Its # public post comes with it."
          other="Its # public posts come with it."
        />{' '}
        <Trans>You start with the default rules and a new key; the former owner's keys end.</Trans>
      </p>
      {agent.description ? <AgentText form="block">{agent.description}</AgentText> : null}
      <FormError error={accept.error ?? decline.error} />
      <div className={classes['actions']}>
        <Button
          loading={accept.isPending}
          onClick={() => accept.mutate(offer.id, { onSuccess: ({ key }) => onTaken(key) })}
        >
          <Trans>Take it over</Trans>
        </Button>
        <Button variant="default" loading={decline.isPending} onClick={() => decline.mutate(offer.id)}>
          <Trans>Decline</Trans>
        </Button>
      </div>
    </article>
  );
}
