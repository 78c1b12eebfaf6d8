import { Checkbox } from '@mantine/core';
import classes from './agent-form.module.css';
import { AGENT_SCOPES, useAgentWords } from './agent-words';

/** The rights a key may carry, as checkboxes of the `Checkbox.Group` around it. */
export function ScopeFields() {
  const words = useAgentWords();
  return (
    <div className={classes['scopes']}>
      {AGENT_SCOPES.map((scope) => (
        <Checkbox
          key={scope}
          name="scopes"
          value={scope}
          label={
            <>
              {words.scope(scope)} <code className={classes['scope']}>{scope}</code>
            </>
          }
        />
      ))}
    </div>
  );
}
