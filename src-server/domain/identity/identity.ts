import type { Reader, Writer } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { Limiter } from '../../gate/limits';
import type { JobDefinition } from '../../jobs/runner';
import type { Clock } from '../../lib/clock';
import type { Ids } from '../../lib/ids';
import { createMailSendJob, type SmtpConfig } from '../mail/mail.jobs';
import { createMailService, type MailService } from '../mail/mail.service';
import { createOutboxService, type OutboxService } from '../mail/outbox.service';
import { createIdentityPruneJob } from './identity.jobs';
import type { Keyring } from './keyring';
import { createOneTimeCodesService, type OneTimeCodesService } from './one-time-codes.service';
import { createSessionsService, type SessionsService } from './sessions.service';
import { createSignInLinksService, type SignInLinksService } from './sign-in-links.service';
import { createSignInService, type SignInService } from './sign-in.service';
import { createUsersService, type UsersService } from './users.service';

/** People, their codes, sessions, links and mail, wired to each other. */
export interface Identity {
  readonly users: UsersService;
  readonly mail: MailService;
  readonly outbox: OutboxService;
  readonly codes: OneTimeCodesService;
  readonly sessions: SessionsService;
  readonly links: SignInLinksService;
  readonly signIn: SignInService;
  /** To be among the runner's definitions. */
  readonly jobs: readonly JobDefinition[];
}

export function createIdentity({
  keyring,
  smtp,
  isSignUpOpen,
  ...shared
}: {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly audit: AuditLog;
  readonly limiter: Limiter;
  readonly keyring: Pick<Keyring, 'vault' | 'instanceId' | 'mode'>;
  readonly smtp: SmtpConfig | null;
  readonly isSignUpOpen: () => boolean;
  /** Wakes the relay and the job runner. */
  readonly afterCommit: () => void;
}): Identity {
  const deps = { ...shared, ...keyring };
  const users = createUsersService({ ...deps, isSignUpOpen });
  const mail = createMailService({ ...deps, hasSmtp: smtp !== null });
  const codes = createOneTimeCodesService({ ...deps, mail, users });
  const sessions = createSessionsService({ ...deps, users });
  return {
    users,
    mail,
    outbox: createOutboxService({ ...deps, hasSmtp: smtp !== null }),
    codes,
    sessions,
    links: createSignInLinksService({ ...deps, users, sessions }),
    signIn: createSignInService({ codes, sessions, users, mode: keyring.mode }),
    jobs: [
      createIdentityPruneJob({ ...deps, sessions, codes, mail }),
      ...(smtp ? [createMailSendJob({ ...deps, smtp })] : []),
    ],
  };
}
