import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type RefObject, useEffect, useRef, useState } from 'react';

/** Typing rests this long before anything is asked anew, ms. */
const PAUSE_MS = 220;

interface SearchFieldProps {
  readonly initial: string;
  readonly label: string;
  readonly placeholder: string;
  readonly field?: RefObject<HTMLInputElement | null>;
  readonly className?: string | undefined;
  readonly onSearch: (text: string) => void;
}

/** A field that searches while one types. Escape empties it, and leaves it when it is empty. */
export function SearchField({ initial, label, placeholder, field, className, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(initial);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const handleChange = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSearch(value.trim()), PAUSE_MS);
  };
  return (
    <TextInput
      {...(field ? { ref: field } : {})}
      {...(className ? { className } : {})}
      type="search"
      size="xs"
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      value={text}
      leftSection={<IconSearch size={14} aria-hidden="true" />}
      onChange={(event) => handleChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        if (text !== '') handleChange('');
        else event.currentTarget.blur();
      }}
    />
  );
}
