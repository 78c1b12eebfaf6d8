import { createContext, useContext } from 'react';

/** Whether the agent on screen is being let go: nothing more is asked about what may be gone by then. */
export interface LeavingState {
  readonly isLeaving: boolean;
  readonly setLeaving: (isLeaving: boolean) => void;
}

export const LeavingContext = createContext<LeavingState>({ isLeaving: false, setLeaving: () => {} });

export function useLeaving(): LeavingState {
  return useContext(LeavingContext);
}
