/** One press: a key and what is held with it. */
export interface Stroke {
  readonly key: string;
  readonly mod: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
}

/** `mod+Enter` as its parts; `mod` is Ctrl, ⌘ on a Mac. */
export function parseStroke(text: string): Stroke {
  const parts = text.split('+');
  const key = parts.pop() ?? '';
  return { key, mod: parts.includes('mod'), shift: parts.includes('shift'), alt: parts.includes('alt') };
}

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/**
 * A press as bindings write it, `meant` being its key by `meantKey`; undefined for a modifier alone and for what the
 * other system's `mod` is held with.
 */
export function strokeOf(event: Pressed, meant: string, isMac: boolean): string | undefined {
  if (['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'Dead', 'CapsLock'].includes(event.key))
    return undefined;
  if (isMac ? event.ctrlKey : event.metaKey) return undefined;
  const mod = isMac ? event.metaKey : event.ctrlKey;
  // For signs Shift is part of typing them, and so are Ctrl and Alt together (AltGr on Windows).
  const isSign = meant.length === 1 && !/^[a-z]$/.test(meant);
  const isAltGr = isSign && event.ctrlKey && event.altKey;
  return [
    ...(mod && !isAltGr ? ['mod'] : []),
    ...(event.altKey && !isAltGr ? ['alt'] : []),
    ...(event.shiftKey && !isSign ? ['shift'] : []),
    meant,
  ].join('+');
}
