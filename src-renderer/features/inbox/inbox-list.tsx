import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { useLingui } from '@lingui/react/macro';
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { InboxItem } from '../../../src-server/contract/console/inbox';
import { editDrafts } from './edit-drafts';
import classes from './inbox-list.module.css';
import { InboxRow } from './inbox-row';

/** Rows around the visible ones that are drawn ahead; with them a screen of 2,000 px stays below 80 rows. */
const OVERSCAN = 6;
const MAX_ROWS = 78;
const ROW_REM = 3.25;
/** The next page is asked for when fewer rows than this are left below. */
const AHEAD = 30;

interface InboxListProps {
  readonly items: readonly InboxItem[];
  readonly selectedId: string | undefined;
  readonly isMarked: (id: string) => boolean;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly onSelect: (id: string) => void;
  readonly onOpen: () => void;
  readonly onMove: (step: 1 | -1) => void;
  readonly onLoadMore: () => void;
}

function remPx(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/** The virtual list. Arrivals and departures above the first visible row never move what is in view. */
export function InboxList(props: InboxListProps) {
  const { items, selectedId, hasMore, isLoadingMore, onSelect, onOpen, onMove, onLoadMore } = props;
  const { t } = useLingui();
  const scroller = useRef<HTMLDivElement>(null);
  const [rowHeight] = useState(() => ROW_REM * remPx());
  const selectedIndex = items.findIndex((item) => item.id === selectedId);
  useSyncExternalStore(editDrafts.subscribe, editDrafts.getRevision);

  // The selected row stays in the DOM wherever the list is scrolled, for it holds the focus.
  const rangeExtractor = useCallback(
    (range: Range) => {
      const rows = defaultRangeExtractor(range).slice(0, MAX_ROWS);
      if (selectedIndex < 0 || rows.includes(selectedIndex)) return rows;
      return [...rows, selectedIndex].sort((a, b) => a - b);
    },
    [selectedIndex],
  );
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => items[index]?.id ?? index,
    overscan: OVERSCAN,
    rangeExtractor,
  });

  useScrollAnchor(scroller, items, rowHeight);

  const rows = virtualizer.getVirtualItems();
  const lastVisible = virtualizer.range?.endIndex ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastVisible > items.length - AHEAD) onLoadMore();
  }, [hasMore, isLoadingMore, lastVisible, items.length, onLoadMore]);

  // A new selection is brought into view, and has the focus if the list had it or nothing has.
  const isFirst = useRef(true);
  useEffect(() => {
    if (selectedId === undefined) return;
    const index = items.findIndex((item) => item.id === selectedId);
    if (index < 0) return;
    virtualizer.scrollToIndex(index, { align: 'auto' });
    const isStart = isFirst.current;
    isFirst.current = false;
    const focused = document.activeElement;
    const hadFocus = focused === document.body || scroller.current?.parentElement?.contains(focused) === true;
    if (isStart || !hadFocus) return;
    const frame = requestAnimationFrame(() => {
      document.getElementById(`row-${selectedId}`)?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
    // Only a new selection scrolls; items that come and go must not.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [selectedId]);

  const handleKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowDown') onMove(1);
    else if (event.key === 'ArrowUp') onMove(-1);
    else if (event.key === 'Home' && items[0]) onSelect(items[0].id);
    else if (event.key === 'End' && items.length > 0) onSelect(items.at(-1)?.id ?? '');
    else if (event.key === 'Enter') onOpen();
    else return;
    event.preventDefault();
  };

  return (
    <div className={classes['scroller']} ref={scroller}>
      <div
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a native select can't be virtual
        role="listbox"
        aria-label={t`Proposals`}
        tabIndex={selectedIndex < 0 ? 0 : -1}
        className={classes['list']}
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={handleKeyDown}
        aria-busy={isLoadingMore}
        data-testid="inbox-list"
      >
        {rows.map((row) => {
          const item = items[row.index];
          if (!item) return null;
          return (
            <InboxRow
              key={item.id}
              item={item}
              isSelected={item.id === selectedId}
              isMarked={props.isMarked(item.id)}
              hasDraft={editDrafts.get(item.id, item.version) !== undefined}
              position={row.index + 1}
              setSize={hasMore ? -1 : items.length}
              top={row.start}
              onSelect={onSelect}
              onOpen={onOpen}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Keeps the first visible row where it is when rows above it come or go. */
function useScrollAnchor(
  scroller: { readonly current: HTMLDivElement | null },
  items: readonly InboxItem[],
  rowHeight: number,
) {
  const before = useRef(items);
  useLayoutEffect(() => {
    const element = scroller.current;
    const old = before.current;
    before.current = items;
    if (!element || old === items || element.scrollTop === 0) return;
    const first = Math.floor(element.scrollTop / rowHeight);
    const offset = element.scrollTop - first * rowHeight;
    const positions = new Map(items.map((item, index) => [item.id, index]));
    // The first row that is still there stands for its neighbours that left.
    for (let index = first; index < old.length; index += 1) {
      const id = old[index]?.id;
      const now = id === undefined ? undefined : positions.get(id);
      if (now === undefined) continue;
      const next = (now - (index - first)) * rowHeight + offset;
      if (Math.abs(next - element.scrollTop) >= 1) element.scrollTo({ top: Math.max(0, next) });
      return;
    }
  }, [scroller, items, rowHeight]);
}
