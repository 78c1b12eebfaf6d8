import { z } from 'zod';
import { STEPS } from './setup-steps';

const welcomeSearch = z.object({ step: z.enum(STEPS).optional().catch(undefined) });
export type WelcomeSearch = z.infer<typeof welcomeSearch>;

/** The step of first run that is open. */
export function validateWelcomeSearch(search: Record<string, unknown>): WelcomeSearch {
  return welcomeSearch.parse(search);
}
