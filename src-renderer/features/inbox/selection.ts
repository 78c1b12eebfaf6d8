interface Row {
  readonly id: string;
  readonly status: string;
}

/** The row `step` away from the selected one; at the ends nothing. Without a selection, the first or last row. */
export function neighbour<R extends Row>(
  rows: readonly R[],
  selectedId: string | undefined,
  step: 1 | -1,
): R | undefined {
  const at = rows.findIndex((row) => row.id === selectedId);
  if (at < 0) return step === 1 ? rows[0] : rows.at(-1);
  return rows[at + step];
}

/** The pending row after the selected one, from the start again at the end; never the selected one itself. */
export function nextPending<R extends Row>(
  rows: readonly R[],
  selectedId: string | undefined,
): R | undefined {
  const at = rows.findIndex((row) => row.id === selectedId);
  const around = at < 0 ? rows : [...rows.slice(at + 1), ...rows.slice(0, at)];
  return around.find((row) => row.status === 'pending' && row.id !== selectedId);
}
