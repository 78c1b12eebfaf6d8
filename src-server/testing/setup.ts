import { afterEach } from 'vitest';
import { closeTestServers } from './test-server';

afterEach(async () => {
  await closeTestServers();
});
