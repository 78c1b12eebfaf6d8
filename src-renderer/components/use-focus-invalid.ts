import { type RefObject, useEffect } from 'react';

/** After a refused form the focus goes to the first field that is marked as wrong; to none where none is. */
export function useFocusInvalid(form: RefObject<HTMLElement | null>, error: unknown) {
  useEffect(() => {
    if (error === null || error === undefined) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, error]);
}
