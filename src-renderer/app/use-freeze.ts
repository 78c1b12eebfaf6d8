import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { freezeAll, thawAll } from '../../src-server/contract/console/agents';
import { call } from '../api/client';
import { announce } from '../components/announcer';

/** Everything that shows agents or what they do is read again. */
export function useFreeze() {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries();
  const { t } = useLingui();
  const freeze = useMutation({
    mutationFn: () => call(freezeAll, { canRepeat: true }),
    onSuccess: async () => {
      announce(t`All agents are frozen`);
      await onSuccess();
    },
  });
  const thaw = useMutation({
    mutationFn: () => call(thawAll, { canRepeat: true }),
    onSuccess: async () => {
      announce(t`The agents may call again`);
      await onSuccess();
    },
  });
  return { freeze, thaw };
}
