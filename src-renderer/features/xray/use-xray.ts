import { useEffect, useState } from 'react';
import type { XrayReport } from './analyse';

export interface Xray {
  /** In the order of the texts. */
  readonly reports: readonly XrayReport[];
  /** Each text without what hides in it. */
  readonly sanitised: readonly string[];
  /** How many findings need a look. */
  readonly alarms: number;
  /** Whether something in one of them was made not to be seen. */
  readonly isHiding: boolean;
}

/** At the latest after this the texts are looked through, however busy the window is, ms. */
const SOON_MS = 250;

/**
 * Looks through texts once the window has a moment; null until then. The lens is loaded with the first of them.
 * @param key changes when the texts do.
 * @param handles of the owner's own agents, to find look-alikes of.
 */
export function useXray(key: string, texts: readonly string[], handles: readonly string[]): Xray | null {
  const [result, setResult] = useState<{ readonly key: string; readonly xray: Xray } | null>(null);
  const known = handles.join(' ');
  const fullKey = `${key} ${known}`;
  useEffect(() => {
    let isStale = false;
    const look = async () => {
      const { createXray, sanitise, countAlarms, hasHidden } = await import('./lens');
      if (isStale) return;
      const analyse = createXray({ handles: known === '' ? [] : known.split(' ') });
      const reports = texts.map(analyse);
      setResult({
        key: fullKey,
        xray: {
          reports,
          sanitised: texts.map((text) => sanitise(text)),
          alarms: countAlarms(reports),
          isHiding: reports.some(hasHidden),
        },
      });
    };
    const idle = requestIdleCallback(() => void look(), { timeout: SOON_MS });
    return () => {
      isStale = true;
      cancelIdleCallback(idle);
    };
    // oxlint-disable-next-line react/exhaustive-deps -- the texts are what the key says
  }, [fullKey]);
  return result?.key === fullKey ? result.xray : null;
}
