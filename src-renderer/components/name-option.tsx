import { IconCheck } from '@tabler/icons-react';
import { AgentText } from './agent-text';

/** An option of a list of names, which are somebody's words: for `renderOption` of a select. */
export function renderNameOption({
  option,
  checked = false,
}: {
  readonly option: { readonly value: string; readonly label?: string };
  readonly checked?: boolean | undefined;
}) {
  return (
    <>
      {checked ? <IconCheck size={12} aria-hidden="true" /> : null}
      <AgentText form="line">{option.label ?? option.value}</AgentText>
    </>
  );
}
