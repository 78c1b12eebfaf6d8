import { Skeleton, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { CodeBlock } from '../../components/code-block';
import { pillTabs } from '../../components/pill-tabs';
import { ErrorState } from '../../components/states';
import { snippetsQuery } from './api';
import { fillKey } from './snippet-key';
import classes from './snippets.module.css';

interface SnippetsProps {
  readonly agentId: string;
  /** The key while it is shown; null leaves a placeholder in its place. */
  readonly secret: string | null;
}

/** Set-up for each client, ready to paste. */
export function Snippets({ agentId, secret }: SnippetsProps) {
  const { t } = useLingui();
  const snippets = useQuery(snippetsQuery(agentId));
  if (snippets.isPending) return <Skeleton height={140} aria-label={t`Loading`} />;
  if (snippets.isError) return <ErrorState error={snippets.error} onRetry={() => void snippets.refetch()} />;
  const items = snippets.data.items;
  const first = items[0];
  if (!first) return null;
  return (
    <Tabs {...pillTabs} defaultValue={first.client}>
      <Tabs.List aria-label={t`Set-up for`}>
        {items.map(({ client, label }) => (
          <Tabs.Tab key={client} value={client} translate="no">
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {items.map(({ client, label, place, code }) => (
        <Tabs.Panel key={client} value={client}>
          {place === '' ? null : (
            <p className={classes['place']}>
              <Trans>
                Belongs in <code>{place}</code>
              </Trans>
            </p>
          )}
          <CodeBlock
            code={fillKey(code, secret)}
            label={t`Set-up for ${label}`}
            copyLabel={t`Copy the set-up for ${label}`}
          />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
