import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  acceptOffer,
  cancelOffer,
  declineOffer,
  deleteAgent,
  getOffer,
  type Leaving,
  listOffers,
  offerAgent,
  previewLeaving,
  unbindAgent,
} from '../../../src-server/contract/console/leaving';
import { call } from '../../api/client';
import { endpointQuery } from '../../api/query';
import { useLeaving } from './leaving-context';

export const offersQuery = endpointQuery(listOffers);

export function offerQuery(agentId: string) {
  return endpointQuery(getOffer, { params: { id: agentId } });
}

/** Counted anew each time somebody looks: a minute old is too old to agree to. */
export function consequencesQuery(agentId: string, how: Leaving) {
  return {
    ...endpointQuery(previewLeaving, { params: { id: agentId }, query: { how } }),
    staleTime: 0,
    gcTime: 0,
  };
}

/** The page stays while the code is shown; what it shows of the agent is read again afterwards. */
export function useUnbindAgent(id: string) {
  const { setLeaving } = useLeaving();
  return useMutation({
    mutationFn: () => call(unbindAgent, { params: { id } }),
    onMutate: () => setLeaving(true),
    onError: () => setLeaving(false),
    gcTime: 0,
  });
}

export function useDeleteAgent(id: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { setLeaving } = useLeaving();
  return useMutation({
    onMutate: () => setLeaving(true),
    onError: () => setLeaving(false),
    mutationFn: (confirm: string) => call(deleteAgent, { params: { id }, body: { confirm } }),
    onSuccess: async () => {
      await navigate({ to: '/agents' });
      await client.invalidateQueries();
    },
  });
}

export function useOfferAgent(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (email: string) => call(offerAgent, { params: { id }, body: { email } }),
    onSuccess: (answer) => client.setQueryData(offerQuery(id).queryKey, answer),
  });
}

export function useCancelOffer(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(cancelOffer, { params: { id } }),
    onSuccess: () => client.setQueryData(offerQuery(id).queryKey, { offer: null }),
  });
}

export function useAcceptOffer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (offerId: string) => call(acceptOffer, { params: { offerId } }),
    onSuccess: () => client.invalidateQueries(),
    gcTime: 0,
  });
}

export function useDeclineOffer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (offerId: string) => call(declineOffer, { params: { offerId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['joining'] }),
  });
}
