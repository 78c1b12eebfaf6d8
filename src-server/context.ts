import { toRegistry } from './actions';
import type { Config } from './config';
import { createConsumers } from './consumers';
import type { AuditCheckpoint } from './contract/process';
import { openDatabase, watchForeignCommits, type OpenDatabase, type Tx } from './db/open';
import { migrate } from './db/migrate';
import { createAgentInboxService } from './domain/agent-events/agent-inbox.service';
import { createAgentCommands } from './domain/agents/agents.commands';
import { findAgent } from './domain/agents/agents.repo';
import { createClaimsService } from './domain/agents/claims.service';
import { createFreezeCommands } from './domain/agents/freeze.commands';
import { createKeySpotter } from './domain/agents/key-spotter';
import { createLeavingCommands } from './domain/agents/leaving.commands';
import { createNetworkIntelligence } from './domain/agents/network-intelligence';
import { createNbRegistrationService } from './domain/agents/nb-registration.service';
import { createRegistrationService } from './domain/agents/registration.service';
import { createRegenerateKeyService } from './domain/agents/regenerate-key.service';
import { createRotationTokens } from './domain/agents/rotation-tokens';
import { promoteTrusted } from './domain/agents/trust';
import { createUsageRecorder } from './domain/agents/usage.service';
import { createCaseFileReader } from './domain/activity/case-file.queries';
import { createInboxReader } from './domain/approvals/inbox.queries';
import { createBackupsService } from './domain/backups/backups.service';
import { createProposalQueries } from './domain/approvals/proposals.queries';
import { createAuditExporter } from './domain/audit/audit-export';
import { createAuditReader } from './domain/audit/audit.queries';
import { createVerificationService } from './domain/audit/verification.service';
import { createBilling } from './domain/billing/billing';
import type { StripeKeys } from './domain/billing/stripe.provider';
import { createCreditsReader } from './domain/credits/credits.queries';
import { createCreditsService } from './domain/credits/credits.service';
import { createOwnCreditsQueries } from './domain/credits/own-credits.queries';
import { createAlertTeller } from './domain/credits/spending-alerts';
import { createDemoService } from './domain/demo/demo.service';
import { createDiagnosticsService } from './domain/diagnostics/diagnostics.service';
import { createHealthQuery } from './domain/health/health.query';
import { createIdentity } from './domain/identity/identity';
import { openKeyring } from './domain/identity/keyring';
import { createSetupService } from './domain/identity/setup.service';
import { DEFAULT_DISPLAY_NAME } from './domain/identity/sign-in.service';
import type { OutgoingMail } from './domain/mail/mail.service';
import { createSeenService } from './domain/messages/seen.service';
import { scanText } from './lib/text/scan/scan';
import { createErasureService } from './domain/privacy/erasure.service';
import { createExportsService } from './domain/privacy/exports.service';
import { createWebhooks } from './domain/webhooks/webhooks';
import { createWebhookCommands } from './domain/webhooks/webhooks.commands';
import type { Resolve } from './domain/webhooks/targets';
import { indexProfile } from './domain/profiles/profiles.service';
import { createSearchService } from './domain/search/search.query';
import { openCuratedRooms } from './domain/rooms/curated';
import { createRoomsReader } from './domain/rooms/rooms.console';
import { createTalkCommands } from './domain/rooms/talk.commands';
import { recountRooms } from './domain/rooms/rooms.service';
import { createAuditLog } from './gate/audit';
import { systemCaller } from './gate/caller';
import type { GateDeps } from './gate/deps';
import { createGate } from './gate/gate';
import { gateJobs } from './gate/gate-jobs';
import { createGrants } from './gate/grants';
import { createLimiter } from './gate/limits';
import { createJobRunner, type JobDefinition } from './jobs/runner';
import { DAY, SECOND, systemClock, systemMonotonic, type Clock, type Monotonic } from './lib/clock';
import { randomIds, type Ids } from './lib/ids';
import { AppError } from './lib/errors';
import { createLogRing, type LogRing } from './lib/log-ring';
import { createLogger, type Logger } from './lib/logger';
import { createLiveBus } from './outbox/live';
import { createRelay } from './outbox/relay';
import { VERSION } from './version';

export interface ContextOptions {
  readonly config: Config;
  readonly masterKey: Buffer;
  /** Who takes payments; the built-in sandbox unless given. */
  readonly stripe?: StripeKeys | undefined;
  readonly clock?: Clock;
  readonly monotonic?: Monotonic;
  readonly ids?: Ids;
  readonly log?: Logger;
  /** The last lines of `log`, for the diagnostics bundle. */
  readonly logRing?: LogRing;
  /** Opened already, e.g. to find out whether the folder is new. */
  readonly database?: OpenDatabase;
  /** How names of outbound targets become addresses; the system's unless given. */
  readonly resolve?: Resolve;
  /** Told of every new checkpoint: the shell keeps the last one (decisions §3). */
  readonly onCheckpoint?: (checkpoint: AuditCheckpoint) => void;
}

/** Wires the server together. Nothing here has state of its own; everything is passed on. */
export function createContext(options: ContextOptions) {
  const { config, masterKey, clock = systemClock, monotonic = systemMonotonic, ids = randomIds } = options;
  const log = options.log ?? createLogger(config.logLevel);
  const database = options.database ?? openDatabase(config.dataFolder, (sqlite) => migrate(sqlite));
  const { writer, reader } = database;
  const keyring = openKeyring({ writer, reader, ids, masterKey, mode: config.mode });
  const { vault } = keyring;
  const audit = createAuditLog({ vault, signingKey: keyring.auditSigningKey });
  /** What nearly every service reads, writes and is dated by. */
  const core = { writer, reader, clock, ids, audit };
  const limiter = createLimiter({ isEnabled: config.hasLimits });
  const grants = createGrants({ clock, monotonic });
  const startedAt = clock.now();
  openCuratedRooms(writer, startedAt);

  // Known once the server listens; absolute URLs are printed only in answers.
  let publicUrl = config.publicUrl ?? `http://${config.host}:${config.port}`;

  const wakers: (() => void)[] = [];
  const afterCommit = (): void => {
    for (const wake of wakers) wake();
  };

  const identity = createIdentity({
    keyring,
    ...core,
    limiter,
    smtp: config.smtpUrl === undefined ? null : { url: config.smtpUrl, from: config.mailFrom },
    isSignUpOpen: () => config.allowsSignUp,
    afterCommit,
  });
  const sendMail = (tx: Tx, mail: OutgoingMail): void => void identity.mail.send(tx, mail);
  const usage = createUsageRecorder({ writer, clock, log });
  const agentInbox = createAgentInboxService({ writer, reader, clock, log });
  const seen = createSeenService({ writer, clock, afterCommit });
  const actions = toRegistry();
  const credits = createCreditsService({
    writer,
    reader,
    clock,
    ids,
    wantsAlerts: (db, ownerId) => identity.users.preferencesOf(db, ownerId).spendingAlerts,
    onAlert: createAlertTeller({ audit }),
    topUpUrlOf: (agentId) => `${publicUrl}/agent-credits?agent_id=${agentId}`,
  });
  const billing = createBilling({
    ...core,
    vault,
    log,
    credits,
    stripe: options.stripe,
    publicUrl: () => publicUrl,
    afterCommit,
  });

  const gateDeps: GateDeps = {
    ...core,
    vault,
    credits,
    limiter,
    grants,
    log,
    actions,
    scanPublicText: (text, field) => scanText(text, { field }),
    keySpotter: createKeySpotter({ audit }),
    findAgentState: (db, agentId) => findAgent(db, agentId),
    expiryMsOf: (db, ownerId) => identity.users.preferencesOf(db, ownerId).expiryDays * DAY,
    graceMsOf: (db, ownerId) => identity.users.preferencesOf(db, ownerId).graceSeconds * SECOND,
    allowsLocalTargets: config.allowsLocalTargets,
    afterCommit,
    logCall: (entry) => usage.logCall(entry),
  };
  const gate = createGate(gateDeps);

  const registration = createRegistrationService({
    ...core,
    vault,
    limiter,
    gate,
    sendMail,
    publicUrl: () => publicUrl,
    afterCommit,
  });
  const nbRegistration = createNbRegistrationService({
    ...core,
    allowsLocalTargets: config.allowsLocalTargets,
    vault,
    limiter,
    credits,
    scanPublicText: (text, field) => gateDeps.scanPublicText(text, field),
    macOfClaimCode: (code) => registration.macOfClaimCode(code),
    disownToken: (agentId) => registration.disownToken(agentId),
    sendMail,
    publicUrl: () => publicUrl,
    afterCommit,
  });
  const rotationTokens = createRotationTokens({ vault, clock });
  const claims = createClaimsService({
    ...core,
    limiter,
    gate,
    mode: config.mode,
    macOfClaimCode: (code) => registration.macOfClaimCode(code),
    disownToken: (agentId) => registration.disownToken(agentId),
    findOwner: (userId) => identity.users.findUserById(reader, userId),
    ownerFor(tx, { email, name }, caller) {
      const { users } = identity;
      const known =
        config.mode === 'desktop' ? users.listUsers(tx, { limit: 1 })[0] : users.findUserByEmail(tx, email);
      if (known) return known;
      if (!users.isSignUpOpen()) {
        throw new AppError('forbidden', 'Nobody here has this address, and sign-up is closed.', {
          reason: 'sign_up_closed',
        });
      }
      return users.createUser(
        tx,
        { email, displayName: name ?? DEFAULT_DISPLAY_NAME, role: 'owner' },
        caller,
      );
    },
    codes: identity.codes,
    rotationTokens,
    onProfileChanged: indexProfile,
    afterCommit,
  });
  const regenerateKey = createRegenerateKeyService({
    ...core,
    codes: identity.codes,
    tokens: rotationTokens,
    findOwner: (userId) => identity.users.findUserById(reader, userId),
    afterCommit,
  });
  const intelligence = createNetworkIntelligence({ reader, clock });
  const agentCommands = createAgentCommands({ proposals: gate.proposals, onProfileChanged: indexProfile });
  const freezeCommands = createFreezeCommands({ proposals: gate.proposals, users: identity.users });
  const leavingCommands = createLeavingCommands({
    proposals: gate.proposals,
    mode: config.mode,
    macOfClaimCode: (code) => registration.macOfClaimCode(code),
    onProfileChanged: indexProfile,
    findUserIdByEmail: (tx, email) => identity.users.findUserByEmail(tx, email)?.id,
    sendMail,
    publicUrl: () => publicUrl,
  });
  const spending = createCreditsReader({ credits, clock });
  const ownCredits = createOwnCreditsQueries({ credits });
  const search = createSearchService({ clock, publicUrl: () => publicUrl });
  const rooms = createRoomsReader({ search, publicUrl: () => publicUrl });
  const talkCommands = createTalkCommands(gateDeps);
  const proposals = createProposalQueries(actions);
  const inbox = createInboxReader({
    actions,
    clock,
    publicUrl: () => publicUrl,
    findUserName: (db, userId) => identity.users.findUserById(db, userId)?.displayName,
  });
  const auditReader = createAuditReader({ audit });
  const auditExporter = createAuditExporter({ reader, clock, audit, instanceId: keyring.instanceId });
  const verification = createVerificationService({
    reader,
    clock,
    log,
    publicKeyPem: audit.publicKeyPem,
  });
  const caseFiles = createCaseFileReader({
    audit,
    proposalOf: (db, ownerId, id) => inbox.detail(db, ownerId, id),
  });
  const setup = createSetupService({
    reader,
    writer,
    clock,
    audit,
    users: identity.users,
    keyring,
    mode: config.mode,
    isWindow: (caller) => caller.transport === 'console',
    afterCommit,
  });
  const demo = createDemoService({
    vault,
    ...core,
    gate,
    users: identity.users,
    onProfileChanged: indexProfile,
    onPublicChanged: () => search.bumpEpoch(),
    afterCommit,
  });
  const health = createHealthQuery({ version: VERSION, startedAt });

  const live = createLiveBus({
    ownersToTell(agentId) {
      const email = findAgent(reader, agentId)?.contactEmail;
      const owner = email ? identity.users.findUserByEmail(reader, email) : undefined;
      // A desktop has one person, and an agent that disowns leaves no address to look up.
      const everybody = config.mode === 'desktop' ? identity.users.listUsers(reader, { limit: 1 }) : [];
      return owner ? [owner.id] : everybody.map(({ id }) => id);
    },
  });

  const backups = createBackupsService({
    clock,
    ids,
    database,
    audit,
    reader,
    vault,
    keyring,
    config,
    log,
    live,
    identity,
    masterKey,
    afterCommit,
  });

  const exports = createExportsService({ clock, ids, database, audit, config, log, live });
  const erasure = createErasureService({
    clock,
    ids,
    database,
    audit,
    reader,
    vault,
    config,
    gate,
    identity,
    backups,
    exports,
    afterCommit,
  });
  const diagnostics = createDiagnosticsService({
    clock,
    database,
    reader,
    config,
    backups,
    ring: options.logRing ?? createLogRing(),
    startedAt,
  });

  const webhooks = createWebhooks({
    ...core,
    vault,
    log,
    resolve: options.resolve,
    allowsLocalTargets: config.allowsLocalTargets,
    addressOf: (tx, { ownerId, contactEmail }) =>
      ownerId === null ? contactEmail : (identity.users.findUserById(tx, ownerId)?.email ?? null),
    sendMail,
    onChange: (ownerId, agentId) => live.publish(ownerId, { topic: 'webhooks', id: agentId, change: 'sent' }),
    afterCommit,
  });

  const webhookCommands = createWebhookCommands({
    vault,
    mode: config.mode,
    allowsLocalTargets: config.allowsLocalTargets,
  });

  const relay = createRelay({
    reader,
    writer,
    log,
    consumers: createConsumers({ live, webhooks, gate, search }),
  });

  const takeCheckpoint = (): void => {
    const checkpoint = writer.transaction((tx) => audit.checkpoint(tx, clock.now()));
    if (checkpoint) options.onCheckpoint?.(checkpoint);
  };

  const jobDefinitions: JobDefinition[] = [
    ...gateJobs(gate),
    {
      type: 'care.nightly',
      maxAttempts: 3,
      cron: '13 2 * * *',
      handle() {
        gate.prune();
        usage.prune();
        agentInbox.prune();
        webhooks.care();
        credits.care();
        billing.care();
        promoteTrusted({ reader, writer, clock, ids, audit });
        takeCheckpoint();
      },
    },
    ...webhooks.jobs,
    {
      type: 'billing.sweep',
      maxAttempts: 3,
      cron: '* * * * *',
      handle() {
        billing.sweep();
      },
    },
    {
      type: 'rooms.count',
      maxAttempts: 3,
      cron: '*/5 * * * *',
      handle() {
        recountRooms({ writer, clock });
      },
    },
    ...identity.jobs,
    ...backups.jobs,
    ...exports.jobs,
    ...erasure.jobs,
  ];
  // The CLI writes beside us: its commits wake nobody here, so the file is asked whether it changed.
  const watch = watchForeignCommits(database.raw.read, afterCommit);
  // The wall clock may be set so that no job is due for long: this one looks by itself.
  const grantWatch = grants.watch(() => gate.sweepGrants());
  const jobs = createJobRunner({ writer, reader, clock, ids, log, definitions: jobDefinitions });
  wakers.push(
    () => relay.wake(),
    () => jobs.wake(),
    () => webhooks.dispatcher.wake(),
  );

  return {
    config,
    clock,
    ids,
    log,
    rooms,
    talkCommands,
    database,
    reader,
    vault,
    keyring,
    audit,
    limiter,
    identity,
    usage,
    agentInbox,
    seen,
    credits,
    billing,
    spending,
    ownCredits,
    actions,
    gate,
    registration,
    nbRegistration,
    claims,
    regenerateKey,
    intelligence,
    agentCommands,
    freezeCommands,
    leavingCommands,
    grants,
    search,
    proposals,
    inbox,
    auditReader,
    auditExporter,
    verification,
    caseFiles,
    setup,
    demo,
    health,
    live,
    backups,
    exports,
    erasure,
    diagnostics,
    relay,
    jobs,
    webhooks,
    webhookCommands,
    takeCheckpoint,
    /** The file was rolled back or written anew behind a kept checkpoint: from here on the log says so itself. */
    recordDiscontinuity(kept: AuditCheckpoint) {
      writer.transaction(
        (tx) =>
          audit.append(
            tx,
            {
              type: 'audit.discontinuity',
              caller: systemCaller('start', 'job', ids.prefixed('tr')),
              subjectType: 'checkpoint',
              subjectId: String(kept.seq),
              data: { keptSeq: kept.seq, keptHead: kept.head, keptAt: kept.at },
            },
            clock.now(),
          ),
        { isDurable: true },
      );
    },
    publicUrl: () => publicUrl,
    setPublicUrl(url: string) {
      publicUrl = config.publicUrl ?? url;
    },
    /** Everything written so far has had its consequences: what tests wait for. */
    async processAll() {
      usage.flush();
      agentInbox.flush();
      await relay.processAll();
      await jobs.processAll();
      await webhooks.dispatcher.processAll();
      await backups.idle();
      await exports.idle();
      await relay.processAll();
    },
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]();
      await verification[Symbol.asyncDispose]();
      grantWatch[Symbol.dispose]();
      await backups.stop();
      await exports.stop();
      await webhooks.dispatcher[Symbol.asyncDispose]();
      await jobs[Symbol.asyncDispose]();
      await relay[Symbol.asyncDispose]();
      await usage[Symbol.asyncDispose]();
      await agentInbox[Symbol.asyncDispose]();
      takeCheckpoint();
      database[Symbol.dispose]();
    },
  };
}

export type Context = ReturnType<typeof createContext>;
