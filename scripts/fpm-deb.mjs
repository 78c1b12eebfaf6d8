#!/usr/bin/env node
// The part of fpm that electron-builder's deb target uses, over dpkg-deb: for machines that have the one and not the
// other. electron-builder takes it by CUSTOM_FPM_PATH; scripts/package.mjs sets that where there is no fpm.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const options = {};
const depends = [];
const recommends = [];
const files = [];
const argv = process.argv.slice(2);
for (let index = 0; index < argv.length; index += 1) {
  const argument = argv[index];
  if (argument === '--force') continue;
  if (argument === '-d') depends.push(argv[(index += 1)]);
  else if (argument === '--deb-recommends') recommends.push(argv[(index += 1)]);
  else if (argument.startsWith('-')) options[argument.replace(/^-+/, '')] = argv[(index += 1)];
  else files.push(argument.split('='));
}
if (options.t !== 'deb') {
  console.error('fpm-deb: makes deb packages alone');
  process.exit(2);
}

const root = mkdtempSync(join(tmpdir(), 'deb-'));
try {
  for (const [from, to] of files) {
    const target = join(root, to);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(from, target, { recursive: true, verbatimSymlinks: true });
    if (statSync(target).isFile()) chmodSync(target, 0o644);
  }
  execFileSync('chmod', ['-R', 'u+rwX,go+rX,go-w', root]);
  const control = join(root, 'DEBIAN');
  mkdirSync(control, { mode: 0o755 });
  writeFileSync(join(control, 'control'), controlFile());
  for (const [option, name] of Object.entries({
    'after-install': 'postinst',
    'after-remove': 'postrm',
    'before-install': 'preinst',
    'before-remove': 'prerm',
  })) {
    if (!options[option]) continue;
    writeFileSync(join(control, name), readFileSync(options[option]));
    chmodSync(join(control, name), 0o755);
  }
  rmSync(options.package, { force: true });
  const asked = options['deb-compression'] ?? 'xz';
  const compression = { gz: 'gzip', bzip2: 'bzip2' }[asked] ?? asked;
  const build = ['--root-owner-group', `-Z${compression}`, '--build', root, options.package];
  execFileSync('dpkg-deb', build, { stdio: 'inherit' });
} finally {
  rmSync(root, { recursive: true, force: true });
}

function controlFile() {
  const size = execFileSync('du', ['-sk', '--exclude=DEBIAN', root], { encoding: 'utf8' }).split('\t')[0];
  const [first, ...rest] = options.description
    .trim()
    .split('\n')
    .map((line) => line.trim() || '.');
  return [
    `Package: ${options.name}`,
    `Version: ${options.version}`,
    `Section: ${options.category ?? 'misc'}`,
    `Priority: ${options['deb-priority'] ?? 'optional'}`,
    `Architecture: ${options.architecture}`,
    `Installed-Size: ${size}`,
    `Maintainer: ${options.maintainer}`,
    ...(options.url ? [`Homepage: ${options.url}`] : []),
    `Depends: ${depends.join(', ')}`,
    ...(recommends.length > 0 ? [`Recommends: ${recommends.join(', ')}`] : []),
    `Description: ${first}`,
    ...rest.map((line) => ` ${line}`),
    '',
  ].join('\n');
}
