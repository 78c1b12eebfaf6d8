import { Button, Switch, TextInput } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { JoiningAgent } from '../../../src-server/contract/console/agents';
import { AgentText } from '../../components/agent-text';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { FormError } from '../../components/form-error';
import { Kbd } from '../../components/kbd';
import { Notice } from '../../components/notice';
import { Countdown, RelativeTime } from '../../components/time';
import { useAriaKeys } from '../../hotkeys/hotkeys';
import { useAgentWords } from './agent-words';
import classes from './joining.module.css';
import { type ClaimFlow, isOtpAsked } from './use-claim-flow';

interface JoiningCardProps {
  readonly agent: JoiningAgent;
  readonly flow: ClaimFlow;
  /** The code it is claimed with; without one it is claimed by id. */
  readonly claimCode?: string;
  /** This card answers the single key when none has the focus. */
  readonly hasShortcut?: boolean;
  /** In place of "not mine", which is for agents that used your own address. */
  readonly onDismiss?: () => void;
}

/** Who wants to join: everything known before saying yes, and the yes. */
export function JoiningCard({ agent, flow, claimCode, hasShortcut = false, onDismiss }: JoiningCardProps) {
  const { t } = useLingui();
  const titleId = useId();
  const claimKeys = useAriaKeys('joining.claim');
  const [replaceKeys, setReplaceKeys] = useState(false);
  const [otp, setOtp] = useState('');
  const [hasTriedOtp, setHasTriedOtp] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const { name } = agent;
  const error = flow.errorOf(agent.id);
  const [wasOtpAsked, setWasOtpAsked] = useState(false);
  if (isOtpAsked(error) && !wasOtpAsked) setWasOtpAsked(true);
  const isBusy = flow.busyId === agent.id;
  const otpField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (wasOtpAsked) otpField.current?.focus();
  }, [wasOtpAsked]);

  const claim = (code: string) => {
    setHasTriedOtp(code !== '');
    void flow.claim(agent, {
      ...(claimCode === undefined ? {} : { claimCode }),
      ...(code === '' ? {} : { otp: code }),
      replaceKeys,
    });
  };
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    claim(otp.replaceAll(/\s/g, ''));
  };
  const isWaitingForOtp = wasOtpAsked && otp.trim() === '';
  // Being asked for the code is no mistake yet; a code that did not work is one.
  const otpProblem = hasTriedOtp && isOtpAsked(error) ? t`This code is wrong or no longer good` : undefined;

  return (
    <article className={classes['card']} aria-labelledby={titleId} data-joining={agent.id} tabIndex={-1}>
      <header className={classes['head']}>
        <h3 id={titleId} className={classes['name']}>
          <AgentText>{name}</AgentText>
          {agent.handle ? <AgentText className={classes['handle']}>{`@${agent.handle}`}</AgentText> : null}
        </h3>
        {agent.claimExpiresAt ? (
          <span className={classes['expiry']}>
            <Trans>
              open for <Countdown until={agent.claimExpiresAt} />
            </Trans>
          </span>
        ) : null}
      </header>
      {agent.isAddressYours ? null : (
        <Notice tone="warn">
          <Trans>
            It was registered with an address that is not yours. Claim it only if you know whose agent it is.
          </Trans>
        </Notice>
      )}
      <Facts agent={agent} />
      <form onSubmit={handleSubmit} className={classes['form']}>
        <Switch
          label={t`Replace its keys now`}
          description={t`Its keys stop working and you get a new one to hand over. Do this if somebody else may have seen them.`}
          checked={replaceKeys}
          onChange={(event) => setReplaceKeys(event.currentTarget.checked)}
          withThumbIndicator={false}
        />
        {wasOtpAsked ? (
          <TextInput
            label={t`One-time code`}
            description={t`Six digits, sent to the address it was registered with. They work for ten minutes.`}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={12}
            ref={otpField}
            value={otp}
            error={otpProblem}
            onChange={(event) => setOtp(event.currentTarget.value)}
            className={classes['otp'] ?? ''}
          />
        ) : null}
        {isOtpAsked(error) ? null : <FormError error={error} />}
        <div className={classes['actions']}>
          <Button
            type="submit"
            loading={isBusy}
            disabled={isWaitingForOtp}
            data-claim
            {...(hasShortcut ? claimKeys : {})}
            rightSection={
              <span className={classes['key']} data-first={hasShortcut}>
                <Kbd hotkey="joining.claim" />
              </span>
            }
          >
            <Trans>Claim</Trans>
          </Button>
          {wasOtpAsked ? (
            <Button
              variant="default"
              onClick={() => {
                setOtp('');
                claim('');
              }}
              disabled={isBusy}
            >
              <Trans>Send the code again</Trans>
            </Button>
          ) : null}
          {onDismiss ? (
            <Button variant="default" onClick={onDismiss}>
              <Trans>Cancel</Trans>
            </Button>
          ) : (
            <Button variant="default" onClick={() => setIsAsking(true)} disabled={isBusy}>
              <Trans>Not mine…</Trans>
            </Button>
          )}
        </div>
      </form>
      <ConfirmDialog
        isOpen={isAsking}
        title={t`Refuse ${name}?`}
        confirmLabel={t`It is not mine`}
        isDanger
        onClose={() => setIsAsking(false)}
        onConfirm={() => {
          setIsAsking(false);
          void flow.disown(agent);
        }}
      >
        <Trans>
          Its keys are revoked at once, its drafts are dropped unread, and your address is free for another
          agent.
        </Trans>
      </ConfirmDialog>
    </article>
  );
}

function Facts({ agent }: { agent: JoiningAgent }) {
  const words = useAgentWords();
  const model = [agent.provider, agent.modelType].filter(Boolean).join(' · ');
  return (
    <dl className={classes['facts']}>
      <Fact name={<Trans>Registered by</Trans>} span="2">
        <span>
          {agent.contactName ? <AgentText>{agent.contactName}</AgentText> : <Unknown />}
          {agent.contactEmail ? (
            <AgentText className={classes['soft']}>{` ${agent.contactEmail}`}</AgentText>
          ) : null}
        </span>
      </Fact>
      <Fact name={<Trans>When</Trans>}>
        <RelativeTime at={agent.registeredAt} />
      </Fact>
      <Fact name={<Trans>From</Trans>}>
        {agent.registeredFrom ? <span className="mono">{agent.registeredFrom}</span> : <Unknown />}
      </Fact>
      <Fact name={<Trans>With</Trans>}>
        {agent.registeredWith ? <AgentText className="mono">{agent.registeredWith}</AgentText> : <Unknown />}
      </Fact>
      <Fact name={<Trans>Through</Trans>}>{words.origin(agent.origin)}</Fact>
      <Fact name={<Trans>Model</Trans>}>{model ? <AgentText>{model}</AgentText> : <Unknown />}</Fact>
      <Fact name={<Trans>Says it can</Trans>}>
        {agent.capabilities.length > 0 ? <AgentText>{agent.capabilities.join(', ')}</AgentText> : <Unknown />}
      </Fact>
      <Fact name={<Trans>Drafts waiting</Trans>}>
        {agent.draftsWaiting > 0 ? (
          <Plural value={agent.draftsWaiting} one="# draft, unread" other="# drafts, unread" />
        ) : (
          <Trans context="drafts">none</Trans>
        )}
      </Fact>
      <Fact name={<Plural value={agent.keys.length} one="Key" other="Keys" />} span="all">
        <ul className={classes['keys']}>
          {agent.keys.map((key) => (
            <li key={key.id}>
              <code>{key.prefix}…</code>{' '}
              <span className={classes['soft']}>
                {key.lastUsedAt ? (
                  <>
                    <Trans>
                      last used <RelativeTime at={key.lastUsedAt} />
                    </Trans>
                    {key.lastClient ? <AgentText>{` · ${key.lastClient}`}</AgentText> : null}
                    {key.lastAddress ? ` · ${key.lastAddress}` : null}
                  </>
                ) : (
                  <Trans>never used</Trans>
                )}
              </span>
            </li>
          ))}
        </ul>
      </Fact>
    </dl>
  );
}

interface FactProps {
  readonly name: ReactNode;
  readonly children: ReactNode;
  readonly span?: '2' | 'all';
}

function Fact({ name, children, span }: FactProps) {
  return (
    <div className={classes['fact']} data-span={span}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Unknown() {
  return (
    <span className={classes['soft']}>
      <Trans>not said</Trans>
    </span>
  );
}
