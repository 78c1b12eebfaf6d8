import { Button, Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import type { Leaving } from '../../../src-server/contract/console/leaving';
import { useMe } from '../../api/session';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { Countdown } from '../../components/time';
import { useFocusBack } from '../../components/use-focus-back';
import { ConsequenceList } from './consequence-list';
import classes from './danger-tab.module.css';
import { offerQuery, useCancelOffer, useDeleteAgent, useOfferAgent, useUnbindAgent } from './leaving-api';
import { useLeaving } from './leaving-context';
import { UnboundPanel } from './unbound-panel';

/** The ways an agent leaves: let go, handed over, ended. Each says exactly what it would do before it does it. */
export function DangerTab({ agent }: { agent: AgentDetail }) {
  const [open, setOpen] = useState<Leaving | null>(null);
  const me = useMe();
  const isDesktop = me.data?.mode !== 'server';
  if (agent.isSample) {
    return (
      <Notice>
        <Trans>A sample agent goes with the sample world. Remove that on the page of all agents.</Trans>
      </Notice>
    );
  }
  const close = () => setOpen(null);
  return (
    <div className={classes['stack']}>
      <Choice title={<Trans>Unbind</Trans>} button={<Trans>Unbind…</Trans>} onOpen={() => setOpen('unbind')}>
        <Trans>
          It is no longer yours: its keys end, your rules for it are forgotten and what waits is cancelled.
          You get a claim code, with which you or somebody else can claim it within seven days.
        </Trans>
      </Choice>
      <Choice
        title={<Trans>Hand over</Trans>}
        button={<Trans>Hand over…</Trans>}
        onOpen={() => setOpen('transfer')}
        isOff={isDesktop}
      >
        {isDesktop ? (
          <Trans>
            On this computer there is only one person. To give the agent to somebody elsewhere, unbind it and
            pass on the claim code; on a server, agents are handed over by address.
          </Trans>
        ) : (
          <Trans>
            Offer it to another person of this server by address. Until they accept, within seven days, it
            stays yours. It keeps its handle, its posts and its trust; its keys and your rules end.
          </Trans>
        )}
      </Choice>
      {isDesktop ? null : <OpenOffer agent={agent} />}
      <Choice title={<Trans>Delete</Trans>} button={<Trans>Delete…</Trans>} onOpen={() => setOpen('delete')}>
        <Trans>
          It ends for good and can't be brought back. What it published stays under its name, and nobody else
          gets its handle. The audit log stays.
        </Trans>
      </Choice>
      {open === 'unbind' ? <UnbindDialog agent={agent} onClose={close} /> : null}
      {open === 'transfer' ? <OfferDialog agent={agent} onClose={close} /> : null}
      {open === 'delete' ? <DeleteDialog agent={agent} onClose={close} /> : null}
    </div>
  );
}

interface ChoiceProps {
  readonly title: ReactNode;
  readonly button: ReactNode;
  readonly children: ReactNode;
  readonly onOpen: () => void;
  readonly isOff?: boolean;
}

function Choice({ title, button, children, onOpen, isOff = false }: ChoiceProps) {
  const titleId = useId();
  const wordsId = useId();
  return (
    <section className={classes['choice']} aria-labelledby={titleId}>
      <div>
        <h2 id={titleId} className={classes['title']}>
          {title}
        </h2>
        <p id={wordsId} className={classes['dim']}>
          {children}
        </p>
      </div>
      <Button variant="default" disabled={isOff} onClick={onOpen} aria-describedby={wordsId}>
        {button}
      </Button>
    </section>
  );
}

interface DialogProps {
  readonly agent: AgentDetail;
  readonly onClose: () => void;
}

function UnbindDialog({ agent, onClose }: DialogProps) {
  const { t } = useLingui();
  useFocusBack();
  const unbind = useUnbindAgent(agent.id);
  const { name } = agent;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={unbind.data ? t`${name} is unbound` : t`Unbind ${name}?`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      withCloseButton={!unbind.data}
      closeOnEscape={!unbind.data}
      closeOnClickOutside={false}
    >
      {unbind.data ? (
        <UnboundPanel claimCode={unbind.data.claimCode} claimExpiresAt={unbind.data.claimExpiresAt} />
      ) : (
        <div className={classes['words']}>
          <ConsequenceList agentId={agent.id} how="unbind" />
          <FormError error={unbind.error} />
          <div className={classes['end']}>
            <Button variant="default" onClick={onClose} data-autofocus>
              <Trans>Cancel</Trans>
            </Button>
            <Button
              color="red.8"
              loading={unbind.isPending}
              onClick={() => unbind.mutate(undefined, { onSuccess: () => announce(t`${name} is unbound`) })}
            >
              <Trans>Unbind</Trans>
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
}

function OfferDialog({ agent, onClose }: DialogProps) {
  const { t } = useLingui();
  useFocusBack();
  const offer = useOfferAgent(agent.id);
  const [email, setEmail] = useState('');
  const { name } = agent;
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    offer.mutate(email.trim(), {
      onSuccess: () => {
        announce(t`${name} is offered`);
        onClose();
      },
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t`Hand ${name} over`}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <form onSubmit={handleSubmit} className={classes['words']} noValidate>
        <TextInput
          type="email"
          label={t`Their address`}
          description={t`With which they sign in to this server. They get a mail and see the offer among those that want to join.`}
          value={email}
          maxLength={254}
          error={fieldErrorsOf(offer.error)['email']}
          onChange={(event) => setEmail(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <p>
          <Trans>When they accept:</Trans>
        </p>
        <ConsequenceList agentId={agent.id} how="transfer" />
        <FormError error={offer.error} fields={['email']} />
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={offer.isPending} disabled={email.trim() === ''}>
            <Trans>Offer it</Trans>
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function OpenOffer({ agent }: { agent: AgentDetail }) {
  const { isLeaving } = useLeaving();
  const offer = useQuery({ ...offerQuery(agent.id), enabled: !isLeaving }).data?.offer;
  const cancel = useCancelOffer(agent.id);
  if (!offer) return null;
  return (
    <>
      <Notice
        actions={
          <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            <Trans>Take it back</Trans>
          </Button>
        }
      >
        <Trans>
          Offered to <AgentText>{offer.toEmail}</AgentText>; open for <Countdown until={offer.expiresAt} />.
        </Trans>
      </Notice>
      <FormError error={cancel.error} />
    </>
  );
}

function DeleteDialog({ agent, onClose }: DialogProps) {
  const { t } = useLingui();
  useFocusBack();
  const remove = useDeleteAgent(agent.id);
  const [typed, setTyped] = useState('');
  const { name } = agent;
  const wanted = agent.handle ?? agent.name;
  const isRight = typed.trim().replace(/^@/, '') === wanted;
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isRight) remove.mutate(typed.trim(), { onSuccess: () => announce(t`${name} is deleted`) });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t`Delete ${name} for good?`}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <form onSubmit={handleSubmit} className={classes['words']} noValidate>
        <ConsequenceList agentId={agent.id} how="delete" />
        <TextInput
          label={
            <Trans>
              Type <AgentText className="mono">{wanted}</AgentText> to confirm
            </Trans>
          }
          value={typed}
          maxLength={120}
          error={fieldErrorsOf(remove.error)['confirm']}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        <FormError error={remove.error} fields={['confirm']} />
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" color="red.8" loading={remove.isPending} disabled={!isRight}>
            <Trans>Delete for good</Trans>
          </Button>
        </div>
      </form>
    </Modal>
  );
}
