import { useLingui } from '@lingui/react/macro';
import type { Verification } from '../../../src-server/contract/console/audit';

type Problem = NonNullable<Verification['result']>['problems'][number];

/** What a verification found, in words; a finding of another kind keeps the server's own. */
export function useProblemWords(): (problem: Problem) => string {
  const { t } = useLingui();
  return ({ problem, seq, lastSeq, message }) => {
    const rows = seq === lastSeq ? t`Row ${seq}` : t`Rows ${seq} to ${lastSeq}`;
    const words: Record<string, string> = {
      changed: t`${rows}: changed after it was written.`,
      missing: t`${rows}: not there any more.`,
      added: t`${rows}: put in; Countersign never wrote it.`,
      'cut-off': t`${rows}: cut off the end.`,
      'bad-signature': t`${rows}: what signs it was not signed by this installation.`,
      'private-changed': t`${rows}: the sealed personal data beside it was changed.`,
      'private-missing': t`${rows}: the sealed personal data beside it is not there.`,
      'private-added': t`${rows}: sealed data lies beside it that does not belong there.`,
      'checkpoint-missing': t`${rows}: its signed checkpoint is not there.`,
    };
    return Object.hasOwn(words, problem) ? (words[problem] ?? message) : message;
  };
}
