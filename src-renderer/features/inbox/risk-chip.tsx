import type { Risk } from '../../../src-server/contract/common';
import classes from './risk-chip.module.css';
import { useRiskWords } from './words';

const LEVEL: Record<Risk, number> = { reversible: 1, costly: 2, irreversible: 3 };

/** How hard it is to take back: bars, colour, and the word (hidden from sight where `isCompact`). */
export function RiskChip({ risk, isCompact = false }: { risk: Risk; isCompact?: boolean }) {
  const { name, meaning } = useRiskWords()(risk);
  return (
    <span className={classes['chip']} data-risk={risk} title={`${name}. ${meaning}`}>
      <span className={classes['bars']} aria-hidden="true">
        {[1, 2, 3].map((bar) => (
          <span key={bar} className={classes['bar']} data-on={bar <= LEVEL[risk]} />
        ))}
      </span>
      <span className={isCompact ? 'sr-only' : undefined}>{name}</span>
    </span>
  );
}
