import { useSyncExternalStore } from 'react';

/** Edited texts by field name; fields that equal the version's own are left out. */
export type EditDraft = Readonly<Record<string, string>>;

interface Entry {
  readonly id: string;
  readonly version: number;
  readonly fields: EditDraft;
}

/** The oldest draft goes when more than this many are open at once. */
const MAX_DRAFTS = 50;

/**
 * Edits that are being typed, per action and version. They live outside of components, so that nothing typed is lost
 * when the selection moves, the list is read again, or the server restarts.
 */
export function createEditDrafts() {
  const entries = new Map<string, Entry>();
  const listeners = new Set<() => void>();
  const keyOf = (id: string, version: number) => `${id}@${version}`;

  let revision = 0;

  function changed() {
    revision += 1;
    for (const listener of listeners) listener();
  }

  return {
    set(id: string, version: number, fields: EditDraft) {
      const key = keyOf(id, version);
      entries.delete(key);
      entries.set(key, { id, version, fields });
      const oldest = entries.keys().next().value;
      if (entries.size > MAX_DRAFTS && oldest !== undefined) entries.delete(oldest);
      changed();
    },
    remove(id: string, version: number) {
      if (entries.delete(keyOf(id, version))) changed();
    },
    get: (id: string, version: number): EditDraft | undefined => entries.get(keyOf(id, version))?.fields,
    /** The newest draft that was begun on an earlier version than `version`: the agent changed it meanwhile. */
    findEarlier(id: string, version: number): Entry | undefined {
      return [...entries.values()].findLast((entry) => entry.id === id && entry.version < version);
    },
    /** Grows with every change; for `useSyncExternalStore`. */
    getRevision: () => revision,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

export const editDrafts = createEditDrafts();

/** The draft for this version, if one is being typed, and one left over from an earlier version. */
export function useEditDraft(id: string, version: number) {
  const draft = useSyncExternalStore(editDrafts.subscribe, () => editDrafts.get(id, version));
  const earlier = useSyncExternalStore(editDrafts.subscribe, () => editDrafts.findEarlier(id, version));
  return { draft, earlier };
}
