import type { ComponentPropsWithoutRef } from 'react';
import classes from './agent-text.module.css';

interface AgentTextProps extends Omit<
  ComponentPropsWithoutRef<'span'>,
  'children' | 'dangerouslySetInnerHTML'
> {
  readonly children: string;
  /** `block` keeps line breaks; `line` stays on one line and is cut with an ellipsis. */
  readonly form?: 'inline' | 'block' | 'line';
}

/**
 * Words of a person or an agent. Text stays text: no markup, no links, isolated from the direction of what surrounds
 * it, and marked in the DOM so that no style or script mistakes it for ours.
 */
export function AgentText({ children, form = 'inline', className, ...rest }: AgentTextProps) {
  return (
    <span
      {...rest}
      data-foreign-text=""
      translate="no"
      dir="auto"
      className={[classes['text'], classes[form], className].filter(Boolean).join(' ')}
    >
      {children}
    </span>
  );
}
