import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { ProblemError } from '../api/problem';
import { type FirstAdmin, requestCode, verifyCode, verifyLink } from '../api/session';
import { BrandMark } from '../components/brand-mark';
import { useErrorWords } from '../components/states';
import { useFocusOnMount } from '../components/use-focus-on-mount';
import classes from './gates.module.css';
import { linkTokenOfPage } from './link-token';

/** One-time codes have six digits (decisions §2). */
const CODE_LENGTH = 6;

/** The link of this page is followed once, however often the page asks to sign in. */
let wasLinkFollowed = false;

type Step = 'address' | 'code' | 'first-admin';

/** Server mode: signs in with a code sent by mail, or with a sign-in link. No password anywhere. */
export function SignInPage() {
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [step, setStep] = useState<Step>('address');
  const token = linkTokenOfPage();
  const handleSignedIn = () => client.invalidateQueries();
  const request = useMutation({ mutationFn: () => requestCode(email), onSuccess: () => setStep('code') });
  const verify = useMutation({
    mutationFn: ({ otp, name }: { otp: string; name: string }) => verifyCode(email, otp, name),
    onSuccess: handleSignedIn,
  });
  const link = useMutation({
    mutationFn: (admin: FirstAdmin | undefined) => verifyLink(token ?? '', admin),
    onSuccess: handleSignedIn,
    onError: (error, admin) => {
      // The link that makes the first admin asks who that is.
      const asksWho = error instanceof ProblemError && error.status === 400;
      setStep(asksWho || (admin !== undefined && !isUsedUp(error)) ? 'first-admin' : 'address');
    },
  });
  const { mutate: followLink } = link;
  useEffect(() => {
    if (token === null || wasLinkFollowed) return;
    wasLinkFollowed = true;
    followLink(undefined);
  }, [token, followLink]);
  const card = useFocusOnMount<HTMLElement>('input', step);

  const title: Record<Step, ReactNode> = {
    address: <Trans>Sign in</Trans>,
    code: <Trans>Enter the code</Trans>,
    'first-admin': <Trans>You are the first one here</Trans>,
  };
  return (
    <main className={classes['cover']}>
      <section className={classes['card']} aria-labelledby="sign-in" ref={card}>
        <div className={classes['brand']}>
          <BrandMark />
          <span translate="no">Countersign</span>
        </div>
        <h1 className={classes['title']} id="sign-in">
          {title[step]}
        </h1>
        {link.isPending && step !== 'first-admin' ? (
          <output>
            <Trans>Following your sign-in link…</Trans>
          </output>
        ) : null}
        {link.isError && step === 'address' ? (
          <p role="alert" className={classes['problem']}>
            <Trans>This sign-in link does not work (any more). Sign in with your address instead.</Trans>
          </p>
        ) : null}
        {step === 'address' ? (
          <AddressForm
            email={email}
            error={request.error}
            isBusy={request.isPending}
            onChange={setEmail}
            onSend={() => request.mutate()}
          />
        ) : null}
        {step === 'code' ? (
          <CodeForm
            email={email}
            error={verify.error}
            isBusy={verify.isPending}
            onVerify={(otp, name) => verify.mutate({ otp, name })}
            onBack={() => setStep('address')}
          />
        ) : null}
        {step === 'first-admin' ? (
          <FirstAdminForm
            error={link.variables === undefined ? null : link.error}
            isBusy={link.isPending}
            onSend={(admin) => link.mutate(admin)}
          />
        ) : null}
      </section>
    </main>
  );
}

function isUsedUp(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

function useShortWords(): (error: unknown) => string {
  const wordsOf = useErrorWords();
  return (error) => {
    const { title, detail } = wordsOf(error);
    return error instanceof ProblemError ? detail || title : `${title}. ${detail}`;
  };
}

interface AddressFormProps {
  readonly email: string;
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onChange: (email: string) => void;
  readonly onSend: () => void;
}

function AddressForm({ email, error, isBusy, onChange, onSend }: AddressFormProps) {
  const { t } = useLingui();
  const words = useShortWords();
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    onSend();
  };
  return (
    <form onSubmit={handleSubmit} className={classes['form']}>
      <p className={classes['text']}>
        <Trans>You get a one-time code by mail. There is no password.</Trans>
      </p>
      <TextInput
        type="email"
        label={t`Your e-mail address`}
        autoComplete="email"
        required
        maxLength={254}
        value={email}
        error={error ? words(error) : null}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <div className={classes['actions']}>
        <Button type="submit" loading={isBusy}>
          <Trans>Send me a code</Trans>
        </Button>
      </div>
    </form>
  );
}

interface CodeFormProps {
  readonly email: string;
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onVerify: (otp: string, name: string) => void;
  readonly onBack: () => void;
}

function CodeForm({ email, error, isBusy, onVerify, onBack }: CodeFormProps) {
  const { t } = useLingui();
  const words = useShortWords();
  const [otp, setOtp] = useState('');
  const [name, setName] = useState('');
  const isWhole = otp.length === CODE_LENGTH;
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isWhole && !isBusy) onVerify(otp, name.trim());
  };
  return (
    <form onSubmit={handleSubmit} className={classes['form']}>
      <p className={classes['text']}>
        <Trans>
          If {email} may sign in here, a code of six digits is on its way. It works for ten minutes.
        </Trans>
      </p>
      <TextInput
        label={t`Six digits`}
        className={classes['code']}
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        // Room for a pasted space or dash.
        maxLength={16}
        value={otp}
        error={error ? words(error) : null}
        onChange={(event) => setOtp(event.currentTarget.value.replaceAll(/\D/g, '').slice(0, CODE_LENGTH))}
      />
      <TextInput
        label={t`Your name, if you are new here`}
        autoComplete="name"
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div className={classes['actions']}>
        <Button type="submit" loading={isBusy} disabled={!isWhole}>
          <Trans>Sign in</Trans>
        </Button>
        <Button variant="default" onClick={onBack}>
          <Trans>Another address</Trans>
        </Button>
      </div>
    </form>
  );
}

interface FirstAdminFormProps {
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onSend: (admin: FirstAdmin) => void;
}

function FirstAdminForm({ error, isBusy, onSend }: FirstAdminFormProps) {
  const { t } = useLingui();
  const words = useShortWords();
  const [email, setEmail] = useState('');
  const [displayName, setDisplayName] = useState('');
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    onSend({ email, displayName: displayName.trim() });
  };
  return (
    <form onSubmit={handleSubmit} className={classes['form']}>
      <p className={classes['text']}>
        <Trans>
          Your link makes you the admin of this server. Say who you are; codes for later are sent there.
        </Trans>
      </p>
      <TextInput
        label={t`Your name`}
        autoComplete="name"
        required
        maxLength={80}
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <TextInput
        type="email"
        label={t`Your e-mail address`}
        autoComplete="email"
        required
        maxLength={254}
        value={email}
        error={error ? words(error) : null}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <div className={classes['actions']}>
        <Button type="submit" loading={isBusy} disabled={displayName.trim() === '' || email === ''}>
          <Trans>Become the admin</Trans>
        </Button>
      </div>
    </form>
  );
}
