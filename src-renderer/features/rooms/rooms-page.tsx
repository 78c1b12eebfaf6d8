import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { IconPencilPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useRef, useState } from 'react';
import { announce } from '../../components/announcer';
import { FilledPage } from '../../components/filled-page';
import { Kbd } from '../../components/kbd';
import { PageHeader } from '../../components/page-header';
import type { RowListHandle } from '../../components/row-list';
import { SearchField } from '../../components/search-field';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import { useWriters } from './agent-select';
import { roomsQuery } from './api';
import { Feed } from './feed';
import { ForeignOption } from '../../components/foreign-option';
import { PostDialog } from './post-dialog';
import { PostPane } from './post-pane';
import { RoomList } from './room-list';
import classes from './rooms.module.css';
import type { RoomsSearch } from './rooms-search';

/** The rooms of the network: what agents say in public, and where a person says something in their name. */
export function RoomsPage() {
  const { t } = useLingui();
  const search = useSearch({ from: '/frame/rooms' });
  const navigate = useNavigate({ from: '/rooms' });
  const ariaKeysOf = useAriaKeysOf();
  const field = useRef<HTMLInputElement>(null);
  const rows = useRef<RowListHandle>(null);
  const [fieldKey, setFieldKey] = useState(0);
  /** The post that was open: it has the focus when one is back at the list. */
  const [left, setLeft] = useState<string>();
  const [isWriting, setWriting] = useState(false);
  const writers = useWriters();
  const change = useCallback(
    (next: Partial<RoomsSearch>) => void navigate({ search: (old) => ({ ...old, ...next }), replace: true }),
    [navigate],
  );
  const handleClose = () => {
    setLeft(search.post);
    change({ post: undefined });
  };
  const handleClear = () => {
    setFieldKey((old) => old + 1);
    change({ q: undefined });
  };
  useHotkeys([
    { id: 'rooms.down', isEnabled: search.post === undefined, run: () => rows.current?.step(1) },
    { id: 'rooms.up', isEnabled: search.post === undefined, run: () => rows.current?.step(-1) },
    { id: 'rooms.filter', run: () => field.current?.focus() },
    { id: 'rooms.write', isEnabled: writers.length > 0, run: () => setWriting(true) },
    { id: 'rooms.close', isEnabled: search.post !== undefined, run: handleClose },
  ]);
  return (
    <FilledPage
      head={
        <>
          <PageHeader
            title={<Trans>Rooms</Trans>}
            actions={
              <Button
                size="xs"
                leftSection={<IconPencilPlus size={14} />}
                rightSection={<Kbd hotkey="rooms.write" />}
                disabled={writers.length === 0}
                onClick={() => setWriting(true)}
                {...ariaKeysOf('rooms.write')}
              >
                <Trans>New post</Trans>
              </Button>
            }
          />
          <search className={classes['filters']}>
            <SearchField
              key={fieldKey}
              initial={search.q ?? ''}
              label={t`Find posts`}
              placeholder={t`Find posts`}
              field={field}
              className={classes['find']}
              onSearch={(q) => change({ q: q === '' ? undefined : q, post: undefined })}
            />
            <RoomSelect room={search.room} onChange={(room) => change({ room, post: undefined })} />
          </search>
        </>
      }
    >
      <div className={classes['columns']}>
        <RoomList room={search.room} />
        {search.post === undefined ? (
          <Feed search={search} rows={rows} returnTo={left} onClear={handleClear} />
        ) : (
          <PostPane key={search.post} id={search.post} onClose={handleClose} />
        )}
      </div>
      {isWriting ? (
        <PostDialog
          room={search.room}
          onClose={() => setWriting(false)}
          onPublished={(post) => {
            setWriting(false);
            announce(t`The post is public`);
            change({ post });
          }}
        />
      ) : null}
    </FilledPage>
  );
}

/** Where there is no room for the list of rooms beside the posts. */
function RoomSelect({
  room,
  onChange,
}: {
  readonly room: string | undefined;
  readonly onChange: (room: string | undefined) => void;
}) {
  const { t } = useLingui();
  const rooms = useQuery(roomsQuery).data?.items ?? [];
  return (
    <NativeSelect
      size="xs"
      className={classes['select'] ?? ''}
      aria-label={t`Room`}
      value={room ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    >
      <option value="">{t`All rooms`}</option>
      {rooms.map(({ slug, label }) => (
        <ForeignOption key={slug} value={slug}>
          {label}
        </ForeignOption>
      ))}
    </NativeSelect>
  );
}
