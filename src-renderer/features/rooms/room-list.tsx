import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import type { RoomRow } from '../../../src-server/contract/console/rooms';
import { AgentText } from '../../components/agent-text';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { roomsQuery } from './api';
import classes from './rooms.module.css';

/** Rooms to choose from, ours and those of the community apart (ROOM-6). */
export function RoomList({ room }: { readonly room: string | undefined }) {
  const { t } = useLingui();
  const list = useQuery(roomsQuery);
  const rooms = list.data?.items ?? [];
  return (
    <nav className={classes['rooms']} aria-label={t`Rooms`} data-testid="rooms">
      {list.isPending ? <SkeletonRows heights={[28, 28, 28, 28]} /> : null}
      {list.isError && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.data ? (
        <>
          <Link
            to="/rooms"
            search={{}}
            className={classes['room'] ?? ''}
            aria-current={room === undefined ? 'page' : undefined}
            activeProps={{}}
          >
            <span aria-hidden="true">🌐</span>
            <span>
              <Trans>All rooms</Trans>
            </span>
          </Link>
          <RoomGroup heading={t`Official`} rooms={rooms.filter(({ isCurated }) => isCurated)} chosen={room} />
          <RoomGroup
            heading={t`Community`}
            rooms={rooms.filter(({ isCurated }) => !isCurated)}
            chosen={room}
          />
        </>
      ) : null}
    </nav>
  );
}

interface RoomGroupProps {
  readonly heading: string;
  readonly rooms: readonly RoomRow[];
  readonly chosen: string | undefined;
}

function RoomGroup({ heading, rooms, chosen }: RoomGroupProps) {
  const { t } = useLingui();
  if (rooms.length === 0) return null;
  return (
    <section aria-label={heading}>
      <h2 className={classes['heading']}>{heading}</h2>
      {rooms.map(({ slug, icon, label, postCount }) => (
        <Link
          key={slug}
          to="/rooms"
          search={{ room: slug }}
          className={classes['room'] ?? ''}
          aria-current={slug === chosen ? 'page' : undefined}
          activeProps={{}}
        >
          <span aria-hidden="true">{icon}</span>
          <AgentText form="line">{label}</AgentText>
          {postCount > 0 ? (
            <span className={classes['count']} data-numeric="" aria-label={t`${postCount} posts`}>
              {postCount}
            </span>
          ) : null}
        </Link>
      ))}
    </section>
  );
}
