/** The looks that each screen is pictured in, and a browser that draws them alike on every machine. */

import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM, flags } from '../browser/site.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Browser} Browser */

export const LANGUAGES = /** @type {const} */ ({ en: 'en-GB', de: 'de-DE' });
/** @typedef {keyof typeof LANGUAGES} Language */

/** In an order in which a size is changed once. */
export const LOOKS = /** @type {const} */ ([
  { theme: 'light', width: 1280, height: 800 },
  { theme: 'dark', width: 1280, height: 800 },
  { theme: 'dark', width: 900, height: 600 },
  { theme: 'light', width: 900, height: 600 },
]);
/** @typedef {(typeof LOOKS)[number]} Look */

/** Nothing that depends on a display, a graphics card, a kind of processor, or on what was drawn before. */
const ALIKE = [
  '--disable-gpu',
  '--force-color-profile=srgb',
  '--font-render-hinting=full',
  '--disable-lcd-text',
  '--disable-skia-runtime-opts',
  '--disable-partial-raster',
  '--disable-checker-imaging',
];

export function startBrowser() {
  const fonts = fileURLToPath(new URL('fonts.conf', import.meta.url));
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [...flags(), ...ALIKE],
    env: { ...process.env, FONTCONFIG_FILE: fonts, LANG: 'C.UTF-8', TZ: 'UTC' },
  });
}

/** @typedef {{ page: Page, session: import('playwright-core').CDPSession }} Window */

/** A window in which it stays one moment and nothing moves. @param {Browser} browser @param {Language} language @param {string} now @returns {Promise<Window>} */
export async function openWindow(browser, language, now) {
  const context = await browser.newContext({
    locale: LANGUAGES[language],
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    deviceScaleFactor: 1,
  });
  await context.clock.setFixedTime(now);
  await context.addInitScript(() => {
    if (location.protocol !== 'http:') return;
    // No screen knows what was chosen on the one before, and no caret blinks.
    localStorage.clear();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { caret-color: transparent !important; }');
    document.adoptedStyleSheets = [sheet];
  });
  const page = await context.newPage();
  return { page, session: await context.newCDPSession(page) };
}

/** @param {Page} page @param {Look} look */
export async function wear(page, { theme, width, height }) {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme });
}

/** What a window shows, as a PNG in base64: not small, but quickly made. @param {Window} window */
export async function take({ session }) {
  return (await session.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true })).data;
}
