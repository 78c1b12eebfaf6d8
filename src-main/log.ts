import { join } from 'node:path';
import electronLog from 'electron-log/main';
import { redact, type Log } from './redact';

/** The shell's log: `logs/shell.log` below the user data (one older file kept), without credentials in it. */
export function createLog(userData: string): Log {
  electronLog.transports.file.resolvePathFn = () => join(userData, 'logs', 'shell.log');
  electronLog.transports.file.maxSize = 5 * 1024 * 1024;
  electronLog.transports.console.level = 'warn';
  electronLog.hooks.push((message) => ({ ...message, data: message.data.map(redact) }));
  return {
    info: (...data) => electronLog.info(...data),
    warn: (...data) => electronLog.warn(...data),
    error: (...data) => electronLog.error(...data),
  };
}
