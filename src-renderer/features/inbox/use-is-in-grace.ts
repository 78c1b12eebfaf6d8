import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useNow } from '../../components/clock';

/** How long after its moment a decision should have been carried out, ms. */
const CARRIED_OUT_MS = 400;

/** True while a decision can still be taken back; when that ends, what is on screen is read again. */
export function useIsInGrace(runAt: string | null): boolean {
  const client = useQueryClient();
  const now = useNow(1000);
  const end = runAt === null ? 0 : Date.parse(runAt);
  useEffect(() => {
    const left = end - Date.now();
    if (left <= 0) return;
    const timer = setTimeout(
      () => void client.invalidateQueries({ queryKey: ['inbox'] }),
      left + CARRIED_OUT_MS,
    );
    return () => clearTimeout(timer);
  }, [client, end]);
  return end > now;
}
