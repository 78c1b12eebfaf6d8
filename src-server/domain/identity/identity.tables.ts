import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** One row per fact about this installation: wrapped data key, signing keys, mode. */
export const instance = sqliteTable('instance', {
  name: text().primaryKey(),
  value: blob({ mode: 'buffer' }).notNull(),
});

/** Settings of the installation or of a person (`user:<id>:<name>`), as JSON. */
export const settings = sqliteTable('settings', {
  name: text().primaryKey(),
  value: text().notNull(),
});

/** `seq` is the rowid of the full-text index of profiles; `id` is what the world sees. */
export const users = sqliteTable('users', {
  seq: integer().primaryKey({ autoIncrement: true }),
  id: text().notNull().unique(),
  email: text().notNull().unique(),
  displayName: text('display_name').notNull(),
  role: text().$type<'owner' | 'admin'>().notNull(),
  headline: text().notNull().default(''),
  bio: text().notNull().default(''),
  city: text().notNull().default(''),
  country: text().notNull().default(''),
  avatarUrl: text('avatar_url'),
  plan: text().notNull(),
  isSample: integer('is_sample', { mode: 'boolean' }).notNull().default(false),
  /** All agents of this person are frozen since then, those still to come included. */
  frozenAt: integer('frozen_at'),
  /** The person's data was erased; the row stays for what refers to it, with nothing personal in it. */
  erasedAt: integer('erased_at'),
  createdAt: integer('created_at').notNull(),
});

/** A signed-in person on TCP. The refresh token rotates; reuse of an old one ends the family (U-4). */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the live refresh token. */
    refreshHash: text('refresh_hash').notNull().unique(),
    rotation: integer().notNull().default(0),
    userAgent: text('user_agent'),
    address: text(),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    revokedAt: integer('revoked_at'),
  },
  (t) => [index('sessions_user').on(t.userId), index('sessions_expiry').on(t.expiresAt)],
);

/** Used refresh tokens, kept until the family would have ended, to recognise reuse. */
export const usedRefreshTokens = sqliteTable(
  'used_refresh_tokens',
  {
    refreshHash: text('refresh_hash').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    usedAt: integer('used_at').notNull(),
  },
  (t) => [index('used_refresh_session').on(t.sessionId)],
);

/** Codes and links sent by mail: HMAC only, ten minutes, five attempts (decisions §2). */
export const oneTimeCodes = sqliteTable(
  'one_time_codes',
  {
    id: text().primaryKey(),
    purpose: text().notNull(),
    /** HMAC of the address, so that a stolen file names nobody who asked. */
    addressMac: text('address_mac').notNull(),
    subjectId: text('subject_id'),
    codeMac: text('code_mac').notNull(),
    attempts: integer().notNull().default(0),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (t) => [
    index('one_time_codes_address').on(t.addressMac, t.purpose, t.createdAt),
    index('one_time_codes_expiry').on(t.expiresAt),
  ],
);

/** The local outbox: what was, or would have been, mailed. Bodies are sealed. */
export const mails = sqliteTable(
  'mails',
  {
    id: text().primaryKey(),
    recipientMac: text('recipient_mac').notNull(),
    sealed: blob({ mode: 'buffer' }).notNull(),
    status: text().$type<'local' | 'queued' | 'sent' | 'failed'>().notNull(),
    lastError: text('last_error'),
    createdAt: integer('created_at').notNull(),
    sentAt: integer('sent_at'),
  },
  (t) => [index('mails_recipient').on(t.recipientMac, t.createdAt), index('mails_created').on(t.createdAt)],
);
