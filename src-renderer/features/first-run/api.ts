import { useMutation, useQueryClient } from '@tanstack/react-query';
import { listInbox } from '../../../src-server/contract/console/inbox';
import {
  confirmRecoveryCode,
  createRecoveryCode,
  dismissSetup,
  loadSampleWorld,
  type Locale,
  type Me,
  setUp,
} from '../../../src-server/contract/console/session';
import { call } from '../../api/client';
import { endpointQuery } from '../../api/query';
import { meQuery } from '../../api/session';

/** The one proposal that the first approval is practised on: what expires first. */
export const firstProposalQuery = endpointQuery(listInbox, { query: { tab: 'pending', limit: 1 } });

function useShowMe() {
  const client = useQueryClient();
  return (me: Me) => {
    client.setQueryData(meQuery.queryKey, me);
  };
}

/** Creates the one person of a desktop. */
export function useSetUp() {
  const showMe = useShowMe();
  return useMutation({
    mutationFn: (body: { displayName: string; email: string; locale: Locale }) => call(setUp, { body }),
    onSuccess: showMe,
  });
}

/** Makes a recovery code. It is in this answer alone, and the answer is forgotten with the view that shows it. */
export function useCreateRecoveryCode() {
  return useMutation({ mutationFn: () => call(createRecoveryCode), gcTime: 0 });
}

export function useConfirmRecoveryCode() {
  const showMe = useShowMe();
  return useMutation({
    mutationFn: (lastGroup: string) => call(confirmRecoveryCode, { body: { lastGroup } }),
    onSuccess: showMe,
    gcTime: 0,
  });
}

/** Finishes or leaves first run. */
export function useDismissSetup() {
  const showMe = useShowMe();
  return useMutation({ mutationFn: () => call(dismissSetup), onSuccess: showMe });
}

export function useLoadSampleWorld() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(loadSampleWorld),
    onSuccess: () => client.invalidateQueries(),
  });
}
