import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from './protocols';

describe('the protocols that people are told of', () => {
  it('are those that the MCP door answers: the stateless era, and every handshake of the SDK', () => {
    expect(PROTOCOLS[0]?.versions).toEqual(['2026-07-28', ...SUPPORTED_PROTOCOL_VERSIONS]);
  });
});
