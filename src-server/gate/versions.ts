import type { FieldDiff } from '../contract/console/inbox';
import { wordDiff } from '../lib/word-diff';

/** Word diffs of the prose fields that differ between two inputs. */
export function diffFieldsOf(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  prose: readonly string[],
): FieldDiff[] {
  return prose.flatMap((field) => {
    const from = asText(before[field]);
    const to = asText(after[field]);
    return from === to ? [] : [{ field, changes: [...wordDiff(from, to)] }];
  });
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
