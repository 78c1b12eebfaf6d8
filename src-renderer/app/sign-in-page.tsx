import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useEffect, useState } from 'react';
import { ProblemError } from '../api/problem';
import { requestCode, verifyCode, verifyLink } from '../api/session';
import { BrandMark } from '../components/brand-mark';
import { useErrorWords } from '../components/states';
import { useFocusOnMount } from '../components/use-focus-on-mount';
import classes from './gates.module.css';

/** One-time codes have six digits (decisions §2). */
const CODE_LENGTH = 6;

/** Takes `#link=…` out of the address before anything else sees it: it is a secret that works once. */
function takeLinkToken(): string | null {
  const token = new URLSearchParams(globalThis.location.hash.slice(1)).get('link');
  if (token === null) return null;
  globalThis.history.replaceState(globalThis.history.state, '', globalThis.location.pathname);
  return token;
}

let linkToken = takeLinkToken();

/** Server mode: signs in with a code sent by mail, or with a sign-in link. No password anywhere. */
export function SignInPage() {
  const { t } = useLingui();
  const client = useQueryClient();
  const wordsOf = useErrorWords();
  const [email, setEmail] = useState('');
  const [otp, setOtp] = useState('');
  const [isCodeSent, setIsCodeSent] = useState(false);
  const handleSignedIn = () => client.invalidateQueries();
  const request = useMutation({ mutationFn: () => requestCode(email), onSuccess: () => setIsCodeSent(true) });
  const verify = useMutation({
    mutationFn: (code: string) => verifyCode(email, code),
    onSuccess: handleSignedIn,
  });
  const link = useMutation({ mutationFn: verifyLink, onSuccess: handleSignedIn });
  const { mutate: followLink } = link;

  useEffect(() => {
    if (linkToken === null) return;
    const token = linkToken;
    linkToken = null;
    followLink(token);
  }, [followLink]);

  const card = useFocusOnMount<HTMLElement>('input', isCodeSent);

  const handleRequest = (event: FormEvent) => {
    event.preventDefault();
    request.mutate();
  };
  const handleVerify = (event: FormEvent) => {
    event.preventDefault();
    if (otp.length === CODE_LENGTH) verify.mutate(otp);
  };
  const handleDigits = (text: string) => {
    const digits = text.replaceAll(/\D/g, '');
    setOtp(digits);
    if (digits.length === CODE_LENGTH && !verify.isPending) verify.mutate(digits);
  };
  const words = (error: unknown) => {
    const { title, detail } = wordsOf(error);
    return error instanceof ProblemError && detail ? detail : `${title}. ${detail}`;
  };

  return (
    <main className={classes['cover']}>
      <section className={classes['card']} aria-labelledby="sign-in" ref={card}>
        <div className={classes['brand']}>
          <BrandMark />
          Countersign
        </div>
        <h1 className={classes['title']} id="sign-in">
          {isCodeSent ? <Trans>Enter the code</Trans> : <Trans>Sign in</Trans>}
        </h1>
        {link.isPending ? (
          <output>
            <Trans>Following your sign-in link…</Trans>
          </output>
        ) : null}
        {link.isError ? (
          <p role="alert">
            <Trans>This sign-in link does not work (any more). Sign in with your address instead.</Trans>
          </p>
        ) : null}
        {isCodeSent ? (
          <form onSubmit={handleVerify} className={classes['form']}>
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
              maxLength={CODE_LENGTH}
              value={otp}
              onChange={(event) => handleDigits(event.currentTarget.value)}
              error={verify.isError ? words(verify.error) : null}
            />
            <div className={classes['actions']}>
              <Button type="submit" loading={verify.isPending} disabled={otp.length !== CODE_LENGTH}>
                <Trans>Sign in</Trans>
              </Button>
              <Button variant="default" onClick={() => setIsCodeSent(false)}>
                <Trans>Another address</Trans>
              </Button>
            </div>
          </form>
        ) : (
          <form onSubmit={handleRequest} className={classes['form']}>
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
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            {request.isError ? <p role="alert">{words(request.error)}</p> : null}
            <div className={classes['actions']}>
              <Button type="submit" loading={request.isPending}>
                <Trans>Send me a code</Trans>
              </Button>
            </div>
          </form>
        )}
      </section>
    </main>
  );
}
