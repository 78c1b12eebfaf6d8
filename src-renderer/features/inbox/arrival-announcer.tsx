import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useCallback, useRef } from 'react';
import type { LiveEvent } from '../../../src-server/contract/console/events';
import { useLiveEvents } from '../../api/live-context';
import { announce } from '../../components/announcer';

/** Arrivals within this time are told together, ms. */
const TOGETHER_MS = 1000;

/** Tells assistive technology what arrives; nothing on screen moves. */
export function ArrivalAnnouncer() {
  const { i18n } = useLingui();
  const arrived = useRef(0);
  const handleEvent = useCallback(
    (event: LiveEvent) => {
      if (event.topic !== 'inbox' || event.change !== 'proposed') return;
      arrived.current += 1;
      if (arrived.current > 1) return;
      setTimeout(() => {
        const count = arrived.current;
        arrived.current = 0;
        announce(plural(count, { one: '# new proposal', other: '# new proposals' }));
      }, TOGETHER_MS);
    },
    // A new language words the next announcement.
    // oxlint-disable-next-line react/exhaustive-deps
    [i18n.locale],
  );
  useLiveEvents(handleEvent);
  return null;
}
