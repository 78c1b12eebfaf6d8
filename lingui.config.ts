import { defineConfig } from '@lingui/cli';
import { formatter } from '@lingui/format-po';

export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'de'],
  // Without line numbers a catalogue changes only where its texts do.
  format: formatter({ lineNumbers: false }),
  catalogs: [{ path: '<rootDir>/src-renderer/locales/{locale}', include: ['src-renderer'] }],
});
