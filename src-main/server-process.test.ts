import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findServerNode, toUnpackedPath } from './server-process';

describe('the program that runs the server', () => {
  const shipped = { napi: '10', isPackaged: true, appPath: '/app', env: {} };
  const env = { COUNTERSIGN_NODE: '/usr/bin/other-node' };

  it('is the runtime itself in the shipped app, whatever the environment says', () => {
    expect(findServerNode(shipped)).toBeUndefined();
    expect(findServerNode({ ...shipped, env })).toBeUndefined();
  });

  it('is the Node that a developer names', () => {
    expect(findServerNode({ ...shipped, isPackaged: false })).toBeUndefined();
    expect(findServerNode({ ...shipped, isPackaged: false, env })).toBe('/usr/bin/other-node');
  });

  it('is a Node beside the app on a runtime that is too old for the database', () => {
    const old = { ...shipped, napi: '9', isPackaged: false };
    expect(findServerNode(old)).toMatch(/node_modules.node.bin.node/);
    expect(findServerNode({ ...old, isPackaged: true, env })).toBe('/usr/bin/other-node');
  });
});

it('the packaged server lies beside the archive', () => {
  const inside = ['', 'opt', 'resources', 'app.asar', 'out', 'main', 'server.js'].join(sep);
  expect(toUnpackedPath(inside)).toContain(join('app.asar.unpacked', 'out'));
  expect(toUnpackedPath(join('out', 'main', 'server.js'))).toBe(join('out', 'main', 'server.js'));
});
