import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type ReactNode,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from 'react';
import classes from './row-list.module.css';
import { useRowSteps } from './use-row-steps';

const OVERSCAN = 8;
/** The next page is asked for when fewer rows than this are left below. */
const AHEAD = 20;

export interface RowListHandle {
  /** Moves the focus by so many rows. */
  readonly step: (by: number) => void;
  readonly toTop: () => void;
}

interface RowListProps<Row extends { readonly id: string }> {
  readonly rows: readonly Row[];
  readonly label: string;
  readonly activeId: string | undefined;
  /** The row that one comes back to: it gets the focus once, as soon as the list is drawn. */
  readonly returnTo?: string | undefined;
  readonly hasMore: boolean;
  readonly estimatePx: number;
  readonly handle?: RefObject<RowListHandle | null>;
  readonly testId: string;
  readonly onNearEnd: () => void;
  /** One row; what can be focused in it first is what the keys move along. */
  readonly children: (row: Row) => ReactNode;
  /** Stands below the last row. */
  readonly footer?: ReactNode;
}

/**
 * A long list of which only what is in sight is in the page. Rows that arrive above move nothing that is in view, except
 * where one looks at the first row and is not on any by keyboard: there they are seen arriving.
 */
export function RowList<Row extends { readonly id: string }>(props: RowListProps<Row>) {
  const { rows, hasMore, handle, onNearEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- what it returns is used here and not handed on
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => props.estimatePx,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN,
  });
  const shown = virtual.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastShown >= rows.length - AHEAD) onNearEnd();
  }, [hasMore, lastShown, rows.length, onNearEnd]);

  const firstId = rows[0]?.id;
  const before = useRef(rows);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = rows;
    const element = scroller.current;
    const oldFirst = old[0]?.id;
    if (!element || oldFirst === undefined || oldFirst === firstId) return;
    const added = rows.findIndex(({ id }) => id === oldFirst);
    if (added <= 0) return;
    if (element.scrollTop > 0) element.scrollTo({ top: element.scrollTop + added * props.estimatePx });
    else if (element.contains(document.activeElement)) virtual.scrollToIndex(added, { align: 'start' });
  }, [rows, firstId, virtual, props.estimatePx]);

  const { step, focusRow } = useRowSteps(list, rows.length, (index) => virtual.scrollToIndex(index));
  const isBack = useRef(props.returnTo === undefined);
  useLayoutEffect(() => {
    if (isBack.current) return;
    const index = rows.findIndex(({ id }) => id === props.returnTo);
    isBack.current = index < 0 || focusRow(index);
    if (!isBack.current) virtual.scrollToIndex(index, { align: 'center' });
  });
  useImperativeHandle(handle, () => ({ step, toTop: () => virtual.scrollToIndex(0) }));

  return (
    <div className={classes['scroller']} ref={scroller}>
      <ul
        ref={list}
        className={classes['list']}
        aria-label={props.label}
        style={{ height: virtual.getTotalSize() }}
        data-testid={props.testId}
      >
        {shown.map((place) => {
          const row = rows[place.index];
          if (!row) return null;
          return (
            <li
              key={place.key}
              ref={virtual.measureElement}
              data-index={place.index}
              data-row={place.index}
              data-active={row.id === props.activeId}
              aria-setsize={hasMore ? -1 : rows.length}
              aria-posinset={place.index + 1}
              className={classes['row']}
              style={{ transform: `translateY(${place.start}px)` }}
            >
              {props.children(row)}
            </li>
          );
        })}
      </ul>
      {props.footer}
    </div>
  );
}
