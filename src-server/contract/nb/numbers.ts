import { z } from 'zod';

/** A public number of a query: they come as text. */
export const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
