import { Textarea, type TextareaProps } from '@mantine/core';
import type { RefObject } from 'react';

interface WritingFieldProps extends Omit<TextareaProps, 'onChange' | 'value'> {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly value: string;
  readonly onWrite: (text: string) => void;
}

/** Where one answers in some lines: it grows with them, and Escape leaves it, so that keys mean the page again. */
export function WritingField({ field, onWrite, ...props }: WritingFieldProps) {
  return (
    <Textarea
      ref={field}
      autosize
      minRows={2}
      maxRows={8}
      onChange={(event) => onWrite(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
      {...props}
    />
  );
}
