#!/usr/bin/env node
// Verifies an exported Countersign audit log. One file, nothing to install:
//   node countersign-verify.mjs EXPORT.ndjson [--key PUBLIC-KEY.pem] [--json]
// Exit code 0: whole. 1: changed, missing, added or cut off. 2: could not be read.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeExport, verifyExport } from '../domain/audit/verify-export';

const USAGE = 'usage: node countersign-verify.mjs EXPORT.ndjson [--key PUBLIC-KEY.pem] [--json]';

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: 'string' }, json: { type: 'boolean' } },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new Error(USAGE);
  const key = values.key === undefined ? undefined : readFileSync(values.key, 'utf8');
  const report = await verifyExport(file, key);
  process.stdout.write(`${values.json === true ? JSON.stringify(report) : describeExport(report)}\n`);
  process.exitCode = report.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
