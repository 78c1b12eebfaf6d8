import { afterEach } from 'vitest';
import { closeReceivers } from './receiver';
import { closeTestServers } from './test-server';

afterEach(async () => {
  await closeTestServers();
  await closeReceivers();
});
