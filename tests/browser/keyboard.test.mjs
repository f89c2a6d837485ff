/** The main job without a mouse: every step by keys, the palette's among them. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { differences, makeProject } from './files.mjs';
import { Site, startBrowser, visit } from './site.mjs';

/** @type {Site} */ let site;
/** @type {import('playwright-core').Browser} */ let browser;
before(async () => {
  site = await Site.start();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

test('add, back up, browse and restore by keys alone', async () => {
  const source = makeProject(join(site.folder, 'vault'));
  const target = join(site.folder, 'restored');
  await visit(browser, site, 'keyboard', async (page) => {
    const keys = new Keys(page);
    await keys.press('a');
    await page.getByRole('dialog').waitFor();
    await keys.type(source);
    await page.getByText('Folder found').waitFor();
    await keys.press('Enter');
    await page.getByTestId('project-view').getByText('Rust').first().waitFor();

    await keys.command('add destination');
    await page.getByRole('dialog').waitFor();
    await keys.type(join(site.folder, 'disk'));
    await page.getByText('Nothing is there yet; it will be made').waitFor();
    await keys.tabTo('input[value=generated]');
    await keys.press('ArrowDown');
    await keys.tabTo('[data-testid=destination-password]');
    await keys.type('stone upon stone');
    await keys.tabTo('[data-testid=destination-password-again]');
    await keys.type('stone upon stone');
    await keys.press('Enter');
    await page.getByTestId('destination-row').waitFor();

    await keys.command('back up vault to disk');
    await page.getByTestId('snapshot-row').first().waitFor({ timeout: 60_000 });

    // Into the list of backups, and into the first of them.
    await keys.tabTo('[role=grid][aria-label=Backups]');
    await keys.press('Home');
    await keys.press('Enter');
    await page.getByTestId('browse-entry').first().waitFor();
    await keys.tabTo('[role=grid][aria-label=Contents]');
    await keys.press('Home');
    await keys.press('Enter');
    await page.getByText('main.rs').waitFor();
    await keys.press('Backspace');
    await page.getByText('Cargo.toml').waitFor();

    await keys.tabTo('[data-testid=restore]');
    await keys.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.getByRole('dialog').waitFor();
    await keys.tabTo('input[value=inPlace]');
    await keys.press('ArrowDown');
    await keys.tabTo('[data-testid=place-path]');
    await keys.type(target);
    await page.getByText('Nothing is there yet; it will be made').waitFor();
    await page.locator('[data-testid=restore-confirm]:not([disabled])').waitFor();
    await keys.press('Enter');
    await page.getByTestId('toast').filter({ hasText: target }).waitFor();
  });
  assert.equal(differences(source, join(target, 'vault')), '');
});

test('go anywhere by keys, and back out with Esc', async () => {
  await visit(browser, site, 'going by keys', async (page) => {
    const keys = new Keys(page);
    for (const [chord, title] of [['p', 'Projects'], ['b', 'Backups'], ['r', 'Archive'], ['u', 'Storage'], ['a', 'Activity'], ['s', 'Settings'], ['d', 'Dashboard']]) {
      await keys.press('g');
      await keys.press(chord);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
    }
    await keys.command('go to settings');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    for (const open of ['Control+k', '?']) {
      await keys.press(open);
      await page.getByRole('dialog').waitFor();
      await keys.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await keys.press('j');
    await page.getByTestId('job-drawer').waitFor();
    await keys.press('j');
    await page.getByTestId('job-drawer').waitFor({ state: 'detached' });
  });
});

/** Hands on the keyboard, and nowhere else. */
class Keys {
  /** @param {import('playwright-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {string} key */
  press(key) {
    return this.page.keyboard.press(key);
  }

  /** @param {string} text */
  type(text) {
    return this.page.keyboard.type(text);
  }

  /** Finds a command in the palette and runs it. @param {string} words */
  async command(words) {
    await this.press('Control+k');
    await this.page.getByTestId('palette').waitFor();
    await this.type(words);
    await this.page.getByTestId('palette').getByRole('option').first().waitFor();
    await this.press('Enter');
    await this.page.getByTestId('palette').waitFor({ state: 'detached' });
  }

  /** Presses Tab until the focus is on what matches. @param {string} selector */
  async tabTo(selector) {
    for (let presses = 0; presses < 60; presses += 1) {
      if (await this.page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      await this.press('Tab');
    }
    throw new Error(`Tab never comes to ${selector}`);
  }
}
