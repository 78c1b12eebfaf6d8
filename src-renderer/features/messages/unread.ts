import { getUnread } from '../../../src-server/contract/console/messages';
import { endpointQuery } from '../../api/query';

/** Messages to the person themselves that they did not read: what the navigation counts. */
export const unreadQuery = endpointQuery(getUnread);
