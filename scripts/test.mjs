// npm test: everything. What the machine cannot run is named, and is a failure when CI=true. The last line counts.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfStale, root } from './build-if-stale.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
const isCi = process.env['CI'] === 'true';
const totals = { passed: 0, failed: 0 };
const notRun = [];

function run(name, command, args, env = {}) {
  process.stdout.write(`\n── ${name}\n`);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    });
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** A step that counts as one check. */
async function check(name, command, args) {
  const code = await run(name, command, args);
  totals[code === 0 ? 'passed' : 'failed'] += 1;
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** A suite whose JSON report is counted test by test; without one the suite is one failure. */
async function suite(name, command, args, env, file, count) {
  rmSync(file, { force: true });
  const code = await run(name, command, args, env);
  const report = readJson(file);
  const counted = report ? count(report) : { passed: 0, failed: 1 };
  totals.passed += counted.passed;
  totals.failed += counted.failed;
  if (code !== 0 && counted.failed === 0) totals.failed += 1;
}

const countVitest = ({ numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites }) => {
  if (numPendingTests > 0) notRun.push(`${numPendingTests} unit tests are skipped`);
  return {
    passed: numPassedTests,
    failed: Math.max(numFailedTests, numFailedTestSuites > 0 && numFailedTests === 0 ? 1 : 0),
  };
};
const countPlaywright = ({ stats }) => {
  if (stats.skipped > 0) notRun.push(`${stats.skipped} end-to-end tests are skipped`);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky };
};

/** The package says where its binary is, or that there is none; it may fetch it on a user's machine. */
async function hasElectron() {
  if (process.env['ELECTRON_OVERRIDE_DIST_PATH']) return true;
  try {
    const { default: path } = await import('electron');
    return typeof path === 'string' && existsSync(path);
  } catch {
    return false;
  }
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

async function hasChromium() {
  if (process.env['CHROMIUM_PATH'] || existsSync('/usr/bin/chromium')) return true;
  const { chromium } = await import('@playwright/test');
  return existsSync(chromium.executablePath());
}

await check('format', bin('oxfmt'), ['--check', '.']);
await check('lint', bin('oxlint'), ['--type-aware', '--deny-warnings']);
await check('types', bin('tsc'), ['--noEmit']);
await buildIfStale();

const unitReport = join(root, 'artifacts/unit.json');
await suite(
  'unit and API tests',
  bin('vitest'),
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`],
  {},
  unitReport,
  countVitest,
);

const projects = [];
if (await hasChromium()) projects.push('--project=browser');
else notRun.push('browser end-to-end: no Chromium (npx playwright install chromium)');
if (!(await hasElectron())) notRun.push('desktop end-to-end: no Electron binary');
else if (!hasDisplay()) notRun.push('desktop end-to-end: no display (xvfb-run -a npm test)');
else projects.push('--project=desktop');

/** Set by scripts/desk.sh. What needs a keyring and what needs there to be none run in sessions of their own. */
const hasKeyring = process.env['COUNTERSIGN_TEST_KEYRING'] === '1';

/** One run of Playwright; a run without any test is a failure. */
function endToEnd(name, args, env = {}) {
  const report = join(root, `artifacts/e2e-${name.replaceAll(/\W+/g, '-')}.json`);
  return suite(
    `end-to-end: ${name}`,
    bin('playwright'),
    ['test', ...args, '--reporter=list,json'],
    { PLAYWRIGHT_JSON_OUTPUT_NAME: report, ...env },
    report,
    countPlaywright,
  );
}

if (projects.length > 0) {
  await endToEnd('all', [
    ...projects,
    '--grep-invert',
    hasKeyring ? 'without a keychain' : 'with a keychain',
  ]);
}
if (projects.includes('--project=desktop')) {
  if (hasKeyring) {
    await endToEnd('no keychain', ['--project=desktop', '--grep', 'without a keychain'], {
      COUNTERSIGN_TEST_KEYRING: '',
    });
  } else {
    notRun.push('desktop with a keychain: no keyring (dbus-run-session -- bash scripts/desk.sh npm test)');
  }
}

if (notRun.length > 0) {
  process.stdout.write(`\nNot run here:\n${notRun.map((line) => `  - ${line}\n`).join('')}`);
  if (isCi) totals.failed += notRun.length;
}
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed\n`);
process.exitCode = totals.failed === 0 ? 0 : 1;
