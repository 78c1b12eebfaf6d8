import '@mantine/notifications/styles.css';
import { Notifications } from '@mantine/notifications';

/** Where notices appear. A file of its own, so that the library is loaded after the first page is there. */
export function Notices() {
  return <Notifications position="bottom-right" limit={3} autoClose={6000} containerWidth={360} />;
}
