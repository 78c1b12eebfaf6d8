import { useLingui } from '@lingui/react/macro';
import type { WebhookView } from '../../../src-server/contract/console/webhooks';
import classes from './webhooks.module.css';

const WIDTH = 6;
const GAP = 2;
const HEIGHT = 18;
const SHOWN = 10;

/** The last ten attempts: height is how long each took, a failed one stands on a line below. */
export function Sparkline({ beats }: Pick<WebhookView, 'beats'>) {
  const { t } = useLingui();
  const slowest = Math.max(1, ...beats.map(({ latencyMs }) => latencyMs));
  const total = beats.length;
  const failed = beats.filter(({ isSuccess }) => !isSuccess).length;
  return (
    <>
      <svg className={classes['spark']} width={SHOWN * (WIDTH + GAP)} height={HEIGHT + 4} aria-hidden="true">
        {beats.map(({ at, latencyMs, isSuccess }, index) => {
          const height = Math.max(3, Math.round((latencyMs / slowest) * HEIGHT));
          const x = (SHOWN - beats.length + index) * (WIDTH + GAP);
          return (
            // Two attempts of one moment differ by their place alone.
            // oxlint-disable-next-line react/no-array-index-key
            <g key={`${at}-${index}`} data-ok={isSuccess}>
              <rect x={x} y={HEIGHT - height} width={WIDTH} height={height} rx={1} />
              {isSuccess ? null : <rect x={x} y={HEIGHT + 2} width={WIDTH} height={2} />}
            </g>
          );
        })}
      </svg>
      <span className="sr-only">{t`Last ${total} attempts: ${failed} failed`}</span>
    </>
  );
}
