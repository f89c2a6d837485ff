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

/** One set of fonts, and nothing that depends on a display or a graphics card. */
const ALIKE = ['--disable-gpu', '--force-color-profile=srgb', '--font-render-hinting=full', '--disable-lcd-text'];

export function startBrowser() {
  const fonts = fileURLToPath(new URL('fonts.conf', import.meta.url));
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [...flags(), ...ALIKE],
    env: { ...process.env, FONTCONFIG_FILE: fonts, LANG: 'C.UTF-8', TZ: 'UTC' },
  });
}

/** A window in which it stays one moment and nothing moves. @param {Browser} browser @param {Language} language @param {string} now */
export async function openWindow(browser, language, now) {
  const context = await browser.newContext({
    locale: LANGUAGES[language],
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    deviceScaleFactor: 1,
  });
  await context.clock.setFixedTime(now);
  // No screen knows what was chosen on the one before.
  await context.addInitScript(() => location.protocol === 'http:' && localStorage.clear());
  return context.newPage();
}

/** @param {Page} page @param {Look} look */
export async function wear(page, { theme, width, height }) {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme });
}
