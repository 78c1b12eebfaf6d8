import { useLingui } from '@lingui/react/macro';
import { type RefObject, useEffect, useRef } from 'react';
import type { AgentDetail, JoiningAgent } from '../../../src-server/contract/console/agents';
import { announce } from '../../components/announcer';
import { JoiningCard } from './joining-card';
import classes from './joining.module.css';
import { NewKeyDialog } from './new-key-dialog';
import { useClaimFlow } from './use-claim-flow';
import { useClaimKey } from './use-claim-key';

interface JoiningCardsProps {
  readonly joining: readonly JoiningAgent[];
  readonly onClaimed?: (agent: AgentDetail) => void;
}

/** The agents that used your address, one card each; `c` claims the one with the focus, else the first. */
export function JoiningCards({ joining, onClaimed }: JoiningCardsProps) {
  const list = useRef<HTMLDivElement>(null);
  const flow = useClaimFlow(onClaimed);
  useAnnouncedArrivals(joining);
  useKeptFocus(joining.length, list);

  useClaimKey(joining.length > 0);

  return (
    <>
      <div className={classes['cards']} ref={list} tabIndex={-1} hidden={joining.length === 0}>
        {joining.map((agent, index) => (
          <JoiningCard key={agent.id} agent={agent} flow={flow} hasShortcut={index === 0} />
        ))}
      </div>
      {flow.shown ? <NewKeyDialog made={flow.shown} onClose={flow.forgetKey} /> : null}
    </>
  );
}

/** A card that goes away takes the focus with it; the next one gets it, so that keyboards don't start over. */
function useKeptFocus(count: number, list: RefObject<HTMLDivElement | null>) {
  const before = useRef(count);
  useEffect(() => {
    const hasShrunk = count < before.current;
    before.current = count;
    if (!hasShrunk || document.activeElement !== document.body) return;
    const next = list.current?.querySelector<HTMLElement>('[data-joining]');
    (next ?? document.getElementById('page'))?.focus();
  }, [count, list]);
}

/** Says who arrived while the page is open; those who were there already say nothing. */
function useAnnouncedArrivals(joining: readonly JoiningAgent[]) {
  const { t } = useLingui();
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    const before = known.current;
    known.current = new Set(joining.map(({ id }) => id));
    if (before === null) return;
    for (const { id, name } of joining) {
      if (!before.has(id)) announce(t`${name} wants to join you`);
    }
  }, [joining, t]);
}
