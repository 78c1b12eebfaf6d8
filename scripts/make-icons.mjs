// Draws every icon of the app from its mark and writes them to resources/icons. Needs a Chromium; run after the mark
// in src-renderer/components/brand-mark.tsx changed, and commit what comes out.
//   node scripts/make-icons.mjs
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const folder = join(import.meta.dirname, '../resources/icons');
const trayFolder = join(folder, 'tray');
const INK = '#f4f5f7';
const GROUND = '#17191d';
const ACCENT = '#5b8cff';
const ALERT = '#d9363e';

/** The mark's own lines, on a square of 20. */
function mark({ ink, accent, frame = true }) {
  return `
    ${frame ? `<rect x="2.75" y="2.75" width="14.5" height="14.5" rx="3.25" fill="none" stroke="${ink}" stroke-width="1.5"/>` : ''}
    <path d="M6 7.25h8" fill="none" stroke="${ink}" stroke-width="1.5" stroke-linecap="round" opacity="0.55"/>
    <path d="M5.8 12.6l2.1 2.1 2.2-4.1 1.5 3 1-1.3h1.7" fill="none" stroke="${accent}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** On a tile of its own, so that it stands out on any ground. */
function appIcon() {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">
    <rect x="0.6" y="0.6" width="18.8" height="18.8" rx="4.4" fill="${GROUND}"/>
    <g transform="translate(10 10) scale(0.9) translate(-10 -10)">${mark({ ink: INK, accent: ACCENT })}</g></svg>`;
}

function trayIcon(badge) {
  const label = badge === '9plus' ? '9+' : badge;
  const disc = badge
    ? `<circle cx="13.6" cy="13.6" r="6.4" fill="${ALERT}" stroke="${GROUND}" stroke-width="1"/>
       <text x="13.6" y="${label.length > 1 ? 16.6 : 17}" font-family="Inter, Arial, sans-serif" font-weight="700"
         font-size="${label.length > 1 ? 8 : 9.6}" fill="#fff" text-anchor="middle">${label}</text>`
    : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">
    <rect x="0.5" y="0.5" width="19" height="19" rx="4.4" fill="${GROUND}"/>
    ${mark({ ink: INK, accent: ACCENT, frame: false }).replaceAll('stroke-width="1.6"', 'stroke-width="2.1"')}${disc}</svg>`;
}

/** Black and clear: the menu bar gives it its colour. */
const templateIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">${mark({ ink: '#000', accent: '#000' })}</svg>`;

const executablePath =
  process.env.CHROMIUM_PATH ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined);
const browser = await chromium.launch(executablePath ? { executablePath } : {});
const page = await browser.newPage();

async function draw(svg, size) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
  );
  return page.screenshot({ omitBackground: true, type: 'png' });
}

mkdirSync(trayFolder, { recursive: true });
const sizes = new Map();
for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024]) sizes.set(size, await draw(appIcon(), size));
for (const size of [16, 32, 48, 64, 128, 256, 512]) {
  writeFileSync(join(folder, `${size}x${size}.png`), sizes.get(size));
}
writeFileSync(join(folder, 'icon.ico'), toIco([16, 24, 32, 48, 64, 128, 256]));
writeFileSync(join(folder, 'icon.icns'), toIcns());
for (const [scale, suffix] of [
  [1, ''],
  [2, '@2x'],
]) {
  writeFileSync(join(trayFolder, `trayTemplate${suffix}.png`), await draw(templateIcon, 16 * scale));
  for (const badge of ['', '1', '2', '3', '4', '5', '6', '7', '8', '9', '9plus']) {
    const name = badge === '' ? 'tray' : `tray-${badge}`;
    writeFileSync(join(trayFolder, `${name}${suffix}.png`), await draw(trayIcon(badge), 24 * scale));
  }
}
await browser.close();

/** An icon file of Windows: a directory, then PNGs. */
function toIco(wanted) {
  const head = Buffer.alloc(6 + 16 * wanted.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(wanted.length, 4);
  let offset = head.length;
  for (const [index, size] of wanted.entries()) {
    const { length } = sizes.get(size);
    const at = 6 + 16 * index;
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += length;
  }
  return Buffer.concat([head, ...wanted.map((size) => sizes.get(size))]);
}

/** An icon file of macOS: PNGs, each with its type and length. */
function toIcns() {
  const types = { ic07: 128, ic08: 256, ic09: 512, ic10: 1024, ic11: 32, ic12: 64, ic13: 256, ic14: 512 };
  const parts = Object.entries(types).map(([type, size]) => {
    const head = Buffer.alloc(8);
    head.write(type, 'ascii');
    head.writeUInt32BE(sizes.get(size).length + 8, 4);
    return Buffer.concat([head, sizes.get(size)]);
  });
  const head = Buffer.alloc(8);
  head.write('icns', 'ascii');
  head.writeUInt32BE(8 + parts.reduce((sum, { length }) => sum + length, 0), 4);
  return Buffer.concat([head, ...parts]);
}
