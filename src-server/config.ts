import { isIP } from 'node:net';
import { z } from 'zod';
import type { StripeKeys } from './domain/billing/stripe.provider';

/** Parsed once, here alone (style 16). Secrets travel apart from settings. */
export interface Config {
  readonly mode: 'desktop' | 'server';
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  /** Serve the console over TCP to signed-in people (server mode). */
  readonly hasConsole: boolean;
  /** Off only for tests and benchmarks, and named loudly in the log. */
  readonly hasLimits: boolean;
  readonly allowsLocalTargets: boolean;
  readonly allowsSignUp: boolean;
  /** Every absolute URL printed starts with it; the address listened on unless set. */
  readonly publicUrl: string | undefined;
  /** Folder of the built console. */
  readonly consoleFolder: string | undefined;
  /** The verifier that ships with exports, as one file. */
  readonly verifierFile: string | undefined;
  readonly socketPath: string | undefined;
  readonly logLevel: string;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  /** Whose `X-Forwarded-For` is believed: proxies by address, or how many of them stand in front. Nobody's unless set. */
  readonly trustProxy: TrustProxy | undefined;
}

export type TrustProxy = readonly string[] | number;

export interface Secrets {
  readonly masterKeyFile: string | undefined;
  readonly masterKey: string | undefined;
  /** Who takes payments; the built-in sandbox stands in where there are none. */
  readonly stripe: StripeKeys | undefined;
}

const flags = z.object({
  data: z.string({ error: '--data DIR is required' }).min(1),
  port: z.coerce.number().int().min(0).max(65_535).default(7_423),
  host: z.string().max(255).default('127.0.0.1'),
  console: z.boolean().default(false),
  desktop: z.boolean().default(false),
  limits: z.enum(['on', 'off']).default('on'),
  'allow-local-targets': z.boolean().default(false),
  'closed-sign-up': z.boolean().default(false),
  'public-url': z.url().optional(),
  socket: z.string().max(1_000).optional(),
});

const MAX_HOPS = 10;

/** An address or a network; never every address, which would let anybody choose theirs. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (prefix === undefined) return true;
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

/** `10.0.0.1, fd00::/8`, or a number of hops. Empty and `0` trust nobody. */
const trustProxy = z
  .string()
  .max(1_000)
  .transform((given, context): TrustProxy | undefined => {
    const parts = given
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    const [only] = parts;
    if (only === undefined) return undefined;
    if (parts.length === 1 && /^\d{1,2}$/.test(only) && Number(only) <= MAX_HOPS) {
      return only === '0' ? undefined : Number(only);
    }
    if (parts.every(isNetwork)) return parts;
    context.addIssue({
      code: 'custom',
      message: `must be addresses or networks such as 10.0.0.1, 192.168.0.0/16, or a number of hops up to ${MAX_HOPS}`,
    });
    return z.NEVER;
  });

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Where Stripe's API is: a host, or an origin. Keys go there, so anything but this machine is reached by HTTPS. */
const stripeHost = z
  .string()
  .max(300)
  .transform((given) => (given.includes('://') ? given : `https://${given}`))
  .refine(
    (given) => {
      if (!URL.canParse(given)) return false;
      const { protocol, hostname, pathname, search } = new URL(given);
      const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
      return isSafe && pathname === '/' && search === '';
    },
    { error: 'must be a host, or an https origin' },
  );

const environment = z.object({
  COUNTERSIGN_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  COUNTERSIGN_PUBLIC_URL: z.url().optional(),
  COUNTERSIGN_SMTP_URL: z.string().max(1_000).optional(),
  COUNTERSIGN_MAIL_FROM: z.string().max(254).default('Countersign <countersign@localhost>'),
  COUNTERSIGN_TRUST_PROXY: trustProxy.optional(),
  COUNTERSIGN_MASTER_KEY_FILE: z.string().max(1_000).optional(),
  COUNTERSIGN_MASTER_KEY: z.string().max(1_000).optional(),
  STRIPE_SECRET_KEY: z.string().min(1).max(300).optional(),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).max(300).optional(),
  STRIPE_PUBLISHABLE_KEY: z.string().min(1).max(300).optional(),
  STRIPE_API_HOST: stripeHost.optional(),
});

/** All three keys or none: a payment that no event can settle must not be taken. */
const stripeKeys = environment.transform((variables, context): StripeKeys | undefined => {
  const {
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_PUBLISHABLE_KEY: publishableKey,
    STRIPE_API_HOST: apiHost,
  } = variables;
  if (secretKey !== undefined && webhookSecret !== undefined && publishableKey !== undefined) {
    return { secretKey, webhookSecret, publishableKey, apiHost };
  }
  if ((secretKey ?? webhookSecret ?? publishableKey) === undefined) return undefined;
  context.addIssue({
    code: 'custom',
    message:
      'STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET and STRIPE_PUBLISHABLE_KEY go together: set all three, or none',
  });
  return z.NEVER;
});

const SECRET_VARIABLES = ['COUNTERSIGN_MASTER_KEY', 'STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const;

/** Flags with a value; the others are switches. */
const VALUED = new Set(['data', 'port', 'host', 'limits', 'public-url', 'socket']);

/** Turns `--name value`, `--name=value` and `--switch` into an object. @throws on an unknown flag */
export function parseArguments(argv: readonly string[]): Record<string, string | boolean> {
  const parsed: Record<string, string | boolean> = {};
  for (let index = 0; index < argv.length; index += 1) {
    const [name = '', inline] = (argv[index] ?? '').replace(/^--/, '').split(/=(.*)/s, 2);
    if (!Object.hasOwn(flags.shape, name)) throw new Error(`Unknown option --${name}`);
    if (!VALUED.has(name)) {
      parsed[name] = true;
      continue;
    }
    const value = inline ?? argv[(index += 1)];
    if (value === undefined) throw new Error(`Option --${name} needs a value`);
    parsed[name] = value;
  }
  return parsed;
}

/**
 * Reads flags and environment, and removes secrets from the environment, so that no child inherits them.
 * @throws Error listing every problem
 */
export function readConfig(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): { config: Config; secrets: Secrets } {
  const options = flags.safeParse(parseArguments(argv));
  const variables = environment.safeParse(env);
  const stripe = stripeKeys.safeParse(env);
  for (const name of SECRET_VARIABLES) delete env[name];
  if (!options.success || !variables.success || !stripe.success) {
    const environmentIssues = (variables.error ?? stripe.error)?.issues ?? [];
    const issues = [...(options.error?.issues ?? []), ...environmentIssues];
    throw new Error(issues.map((issue) => [...issue.path, issue.message].map(String).join(': ')).join('\n'));
  }
  const flag = options.data;
  const variable = variables.data;
  return {
    config: {
      mode: flag.desktop ? 'desktop' : 'server',
      dataFolder: flag.data,
      host: flag.host,
      port: flag.port,
      hasConsole: flag.console && !flag.desktop,
      hasLimits: flag.limits === 'on',
      allowsLocalTargets: flag['allow-local-targets'],
      allowsSignUp: !flag['closed-sign-up'] && !flag.desktop,
      publicUrl: (flag['public-url'] ?? variable.COUNTERSIGN_PUBLIC_URL)?.replace(/\/+$/, ''),
      consoleFolder: undefined,
      verifierFile: undefined,
      socketPath: flag.socket,
      logLevel: variable.COUNTERSIGN_LOG_LEVEL,
      smtpUrl: variable.COUNTERSIGN_SMTP_URL,
      mailFrom: variable.COUNTERSIGN_MAIL_FROM,
      // A desktop listens to its own machine; nobody stands between.
      trustProxy: flag.desktop ? undefined : variable.COUNTERSIGN_TRUST_PROXY,
    },
    secrets: {
      masterKeyFile: variable.COUNTERSIGN_MASTER_KEY_FILE,
      masterKey: variable.COUNTERSIGN_MASTER_KEY,
      stripe: stripe.data,
    },
  };
}
