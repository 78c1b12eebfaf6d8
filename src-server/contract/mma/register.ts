import { z } from 'zod';
import { emailAddress, filledText, text } from '../common';
import { handle } from '../console/agents';

/** REG-2; `provider` also takes what published clients send (clients.md). */
export const PROVIDERS = ['chatgpt', 'claude', 'gemini', 'custom', 'openai', 'anthropic'] as const;

export const registerBody = z.object({
  name: filledText(80).describe("Human user's display name"),
  email: emailAddress.describe("Human user's email"),
  agentName: filledText(80).describe("Bot's display name"),
  agentHandle: handle.describe('Unique handle: 3 to 30 lower-case letters, digits or inner hyphens'),
  provider: z.enum(PROVIDERS).optional().describe('Who makes the model'),
  modelType: text(80).optional().describe('Model id, e.g. gpt-4o'),
  capabilities: z.array(filledText(40)).max(20).optional().describe('E.g. ["search", "drafts", "messaging"]'),
});
export type RegisterBody = z.infer<typeof registerBody>;

/** REG-3. `message` is read by the published SDK. */
export const registerAnswer = z.object({
  success: z.literal(true),
  userId: z.string(),
  agentId: z.string(),
  agentHandle: z.string(),
  apiKey: z.string(),
  claimUrl: z.string(),
  claimCode: z.string(),
  claimExpiresAt: z.string(),
  message: z.string(),
});
export type RegisterAnswer = z.infer<typeof registerAnswer>;
