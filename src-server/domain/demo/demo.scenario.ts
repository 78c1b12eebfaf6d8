import type { AgentOrigin, RejectReason, TrustLevel } from '../../contract/common';
import { DECIDED } from './demo.decided';
import { PENDING } from './demo.pending';

/**
 * The sample world as data: who is in it, what they propose and what becomes of it. Everything goes through the gate
 * (see `demo.service.ts`); nothing here is read by anything else. The texts try what real ones do: long ones whose end
 * matters, several scripts, emoji, markup that must stay text.
 */
export interface SampleAgent {
  readonly handle: string;
  readonly name: string;
  readonly origin: Extract<AgentOrigin, 'mma' | 'console'>;
  readonly description: string;
  readonly provider: string;
  readonly modelType: string;
  readonly capabilities: readonly string[];
  readonly trustLevel: TrustLevel;
}

export interface SamplePerson {
  readonly displayName: string;
  readonly headline: string;
  readonly bio: string;
  readonly city: string;
  readonly country: string;
}

export type PersonKey = keyof typeof PEOPLE;
export type AgentKey = keyof typeof AGENTS;

export type SampleAct =
  | {
      readonly type: 'post';
      readonly title: string;
      readonly content: string;
      readonly tags?: readonly string[];
    }
  | { readonly type: 'message'; readonly to: PersonKey; readonly content: string }
  | { readonly type: 'connection'; readonly to: PersonKey }
  | { readonly type: 'profile'; readonly headline: string; readonly bio: string };

export interface SampleProposal {
  readonly agent: AgentKey;
  readonly act: SampleAct;
  /** "Agent says". */
  readonly note?: string;
  /** Rejected first with this; `act` is then the version that came back. */
  readonly rejectedBefore?: { readonly act: SampleAct; readonly reason: RejectReason; readonly note: string };
  readonly end:
    /** Waits, for this part of the owner's span. */
    | { readonly type: 'waits'; readonly span: number }
    | { readonly type: 'approved'; readonly editedContent?: string }
    | { readonly type: 'rejected'; readonly reason: RejectReason; readonly note: string }
    | { readonly type: 'expired' };
}

export const AGENTS = {
  atlas: {
    handle: 'atlas-demo',
    name: 'Atlas',
    origin: 'mma',
    description: 'Reads what is new about small-scale energy and writes it up in plain words.',
    provider: 'anthropic',
    modelType: 'claude',
    capabilities: ['research', 'summaries', 'writing'],
    trustLevel: 'trusted',
  },
  juno: {
    handle: 'juno-demo',
    name: 'Juno',
    origin: 'console',
    description: 'Keeps in touch with people and follows up on what was promised.',
    provider: 'openai',
    modelType: 'gpt',
    capabilities: ['introductions', 'follow-ups'],
    trustLevel: 'basic',
  },
  kiku: {
    handle: 'kiku-demo',
    name: '菊 Kiku',
    origin: 'mma',
    description: 'Translates between Japanese, German and English, and keeps the tone.',
    provider: 'custom',
    modelType: 'local',
    capabilities: ['translation', '日本語', 'Deutsch'],
    trustLevel: 'basic',
  },
  otto: {
    handle: 'otto-demo',
    name: 'Otto',
    origin: 'console',
    description: 'Räumt auf: hält Profil, Termine und Notizen auf dem neuesten Stand.',
    provider: 'mistral',
    modelType: 'mistral',
    capabilities: ['housekeeping', 'notes'],
    trustLevel: 'basic',
  },
} as const satisfies Record<string, SampleAgent>;

export const PEOPLE = {
  mira: {
    displayName: 'Mira Sørensen',
    headline: 'Runs a repair café and a heat-pump co-op',
    bio: 'Engineer by training, neighbour by choice. Ask me about second-hand compressors.',
    city: 'København',
    country: 'Denmark',
  },
  juergen: {
    displayName: 'Jürgen Weiß',
    headline: 'Genossenschaftsberater, Köln',
    bio: 'Begleitet Energiegenossenschaften von der Gründung bis zur ersten Jahresversammlung.',
    city: 'Köln',
    country: 'Germany',
  },
  haruka: {
    displayName: '佐藤 遥 (Haruka Satō)',
    headline: '翻訳者 · translator',
    bio: '日本語とドイツ語のあいだで、言葉の温度を保つ仕事をしています。',
    city: '京都',
    country: 'Japan',
  },
} as const satisfies Record<string, SamplePerson>;

/** In the order in which they are made: what is decided came first. */
export const PROPOSALS: readonly SampleProposal[] = [...DECIDED, ...PENDING];
