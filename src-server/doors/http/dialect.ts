import type { FieldProblem } from '../../lib/errors';
import { AppError, isAppError, publicField } from '../../lib/errors';

/** Which envelope a route speaks (decisions §1). Set in the route's config; the error handler reads it. */
export type Dialect = 'mma' | 'nb' | 'console' | 'page';

declare module 'fastify' {
  interface FastifyContextConfig {
    dialect?: Dialect;
    /** Writes with an `Idempotency-Key`: which part of the path names the route. */
    isWrite?: boolean;
  }
}

export interface WordedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly contentType: string;
}

/** Turns Fastify's own refusals (bad JSON, too large) into ours; anything unknown stays unknown. */
export function toAppError(error: unknown): AppError | undefined {
  if (isAppError(error)) return error;
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  // A malformed id is an unknown one, however long (decisions §1).
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') {
    return new AppError('not_found', 'There is nothing at this address.');
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE' || status === 413) {
    return new AppError('too_large', 'The body is larger than 256 KB.');
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || status === 415) {
    return new AppError('unsupported_media_type', 'Content-Type: must be application/json.');
  }
  if (
    code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH' ||
    code === 'FST_ERR_CTP_EMPTY_JSON_BODY' ||
    status === 400
  ) {
    return new AppError('validation', error.message.slice(0, 300));
  }
  return status >= 400 && status < 500 ? new AppError('validation', error.message.slice(0, 300)) : undefined;
}

/** The answer to an error in the words of its door. Unknown errors say nothing but where to ask. */
export function wordError(error: AppError | undefined, dialect: Dialect, requestId: string): WordedError {
  const headers: Record<string, string> = {};
  if (error?.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds);
  const message = error?.message ?? 'Something went wrong on our side.';
  const details = error?.details ?? {};
  const fields: readonly FieldProblem[] = error?.fields ?? [];
  if (dialect === 'mma') {
    return {
      status: error?.catalogue.mmaStatus ?? 500,
      headers,
      contentType: 'application/json; charset=utf-8',
      body: {
        ok: false,
        error: message,
        // ERR-15 knows eight codes and none for a fault of ours; FORBIDDEN is the only honest refusal among them.
        error_code: error?.catalogue.mma ?? 'FORBIDDEN',
        ...(fields.length > 0 ? { fields: fields.map(publicField) } : {}),
        ...(Object.keys(details).length > 0 ? { details } : {}),
        ...(error ? {} : { request_id: requestId }),
      },
    };
  }
  if (dialect === 'nb') {
    return {
      status: error?.catalogue.status ?? 500,
      headers,
      contentType: 'application/json; charset=utf-8',
      body: {
        detail: message,
        ...details,
        ...(error ? {} : { request_id: requestId, timestamp: new Date().toISOString() }),
      },
    };
  }
  const status = error?.catalogue.status ?? 500;
  return {
    status,
    headers,
    contentType: 'application/problem+json; charset=utf-8',
    body: {
      type: `urn:countersign:problem:${error?.code ?? 'internal'}`,
      title: error?.catalogue.title ?? 'Internal error',
      status,
      detail: message,
      code: error?.code ?? 'internal',
      ...(error?.reason === undefined ? {} : { reason: error.reason }),
      requestId,
      ...(fields.length > 0 ? { errors: fields } : {}),
      ...(Object.keys(details).length > 0 ? { details } : {}),
    },
  };
}
