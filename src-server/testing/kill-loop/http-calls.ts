import { Agent, request } from 'node:http';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The last byte of the request was handed to the system. */
  readonly onSent?: () => void;
  /** The head of the answer is here. */
  readonly onFirstByte?: () => void;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly isReplayed: boolean;
}

/** The connection ended before the whole answer came. */
export class UnansweredError extends Error {
  /** `status` of the head, where that came. */
  constructor(
    readonly status: number | undefined,
    cause: unknown,
  ) {
    super('The connection ended without an answer', { cause });
    this.name = 'UnansweredError';
  }
}

const CALL_TIMEOUT_MS = 30_000;

/** Calls on connections of their own, so that none survives the server it was made to. */
export async function sendCall(url: string, call: Call): Promise<Answer> {
  const agent = new Agent({ keepAlive: false });
  try {
    return await send(url, call, agent);
  } finally {
    agent.destroy();
  }
}

function send(url: string, call: Call, agent: Agent): Promise<Answer> {
  const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
  return new Promise((resolve, reject) => {
    let status: number | undefined;
    const fail = (cause: unknown): void => reject(new UnansweredError(status, cause));
    const outgoing = request(new URL(call.path, url), {
      method: call.method,
      agent,
      timeout: CALL_TIMEOUT_MS,
      headers: {
        ...(payload === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
        ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
        ...call.headers,
      },
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`No answer in ${CALL_TIMEOUT_MS} ms`)));
    outgoing.on('error', fail);
    outgoing.on('finish', () => call.onSent?.());
    outgoing.on('response', (incoming) => {
      status = incoming.statusCode;
      call.onFirstByte?.();
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', fail);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isReplayed = incoming.headers['idempotent-replayed'] === 'true';
        resolve({ status: status ?? 0, text, json: parse(text), isReplayed });
      });
    });
    outgoing.end(payload);
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The `data` of a gateway's answer, or the answer itself. @throws Error for anything but 2xx */
export function dataOf(answer: Answer, what: string): Readonly<Record<string, unknown>> {
  if (answer.status < 200 || answer.status > 299) {
    throw new Error(`${what} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  }
  const { data } = answer.json;
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : answer.json;
}

export function stringOf(data: Readonly<Record<string, unknown>>, field: string): string {
  const value = data[field];
  if (typeof value !== 'string')
    throw new Error(`${field} is no string in ${JSON.stringify(data).slice(0, 300)}`);
  return value;
}
