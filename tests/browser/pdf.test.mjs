/** PDFs are drawn page by page from wherever they are kept, compared by their first pages, and do nothing else. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './accessibility.mjs';
import { makeProject, write } from './files.mjs';
import { makePdf } from './pdf.mjs';
import { go, Site, startBrowser, visit } from './site.mjs';

/** @type {Site} */ let site;
/** @type {import('playwright-core').Browser} */ let browser;
/** @type {any} */ let project;
before(async () => {
  site = await Site.start();
  browser = await startBrowser();
  const source = makeProject(join(site.folder, 'papers'));
  write(join(source, 'report.pdf'), makePdf(['Vault', 'Arch']));
  write(join(source, 'broken.pdf'), '%PDF-1.4\nnothing of the kind\n');
  project = await site.keep(await site.addProject(source));
  write(join(source, 'report.pdf'), makePdf(['Stone', 'Arch']));
  await site.versions(project, 2);
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

test('its pages are drawn, turned and read out, in both schemes', async () => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    for (const viewport of [{ width: 1280, height: 800 }, { width: 900, height: 600 }]) {
      const look = `pdf-${colorScheme}-${viewport.width}`;
      await visit(
        browser,
        site,
        look,
        async (page) => {
          const asked = requestsOf(page);
          await go(page, `#/projects/${project.id}/files/main/now?file=report.pdf`);
          await assertDrawn(page, 'report.pdf, page 1');
          const sheet = page.getByTestId('preview-pdf');
          await sheet.getByText('Stone').waitFor({ state: 'attached' });
          await page.getByText('Page 1 of 2').waitFor();
          await assertAccessible(page, look);

          await page.getByRole('button', { name: 'Next page' }).click();
          await assertDrawn(page, 'report.pdf, page 2');
          await sheet.getByText('Arch').waitFor({ state: 'attached' });
          assert.ok(await page.getByRole('button', { name: 'Next page' }).isDisabled());
          await sheet.focus();
          await page.keyboard.press('ArrowLeft');
          await assertDrawn(page, 'report.pdf, page 1');
          assert.equal(await page.locator('a[href*="example.org"]').count(), 0);
          assert.deepEqual(asked.filter((url) => !url.startsWith(site.origin)), []);
        },
        { colorScheme, viewport },
      );
    }
  }
});

test('one that cannot be drawn says so, and its bytes are there', async () => {
  await visit(browser, site, 'broken pdf', async (page) => {
    await go(page, `#/projects/${project.id}/files/main/now?file=broken.pdf`);
    await page.getByText('This PDF cannot be shown').waitFor();
    await assertAccessible(page, 'a broken PDF');
    await page.getByRole('button', { name: 'Show bytes' }).click();
    await page.getByTestId('preview-hex').getByText('25 50 44 46').waitFor();
  });
});

test('its first pages stand beside each other in a diff', async () => {
  const [newest, first] = await site.versions(project, 2);
  await visit(browser, site, 'pdf diff', async (page) => {
    await go(page, `#/projects/${project.id}/diff/main?from=${first.id}&to=${newest.id}&path=report.pdf`);
    const diff = page.getByTestId('diff');
    await diff.getByText('Only the first pages are compared.').waitFor();
    for (const side of ['Before', 'After']) await diff.getByRole('img', { name: `${side}: report.pdf` }).waitFor();
    await assertAccessible(page, 'two PDFs');
    await diff.getByRole('radio', { name: 'Swipe' }).check({ force: true });
    await diff.getByRole('slider').waitFor();
  });
});

test('it is drawn from a backup and from an archive', async () => {
  const destination = await site.addDestination('disk');
  await site.backUp(project, destination);
  const { id } = await site.call('archive_make', { projects: [project.id], keepSource: true });
  assert.equal((await site.finished(id)).state, 'succeeded');
  const [archive] = await site.call('archive_list', {});
  await visit(browser, site, 'archived pdf', async (page) => {
    await go(page, `#/archive/${archive.id}?view=files&file=report.pdf`);
    await assertDrawn(page, 'report.pdf, page 1');
    await page.getByTestId('all-times').click();
    await page.getByTestId('show-copy').first().click();
    await page.getByTestId('copy-preview').getByRole('img', { name: 'report.pdf, page 1' }).waitFor();
  });
});

/** Waits until a page is drawn, and sees that there is something on it. @param {import('playwright-core').Page} page @param {string} name */
async function assertDrawn(page, name) {
  const canvas = page.getByRole('img', { name, exact: true }).locator('canvas');
  await canvas.waitFor();
  const [dark, all] = await canvas.evaluate((element) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (element);
    const { data } = /** @type {any} */ (element).getContext('2d').getImageData(0, 0, width, height);
    let marked = 0;
    for (let at = 0; at < data.length; at += 4) marked += data[at + 1] < 128 ? 1 : 0;
    return [marked, width * height];
  });
  assert.ok(dark > all / 20 && dark < all / 2, `${dark} of ${all} pixels of ${name} are dark`);
}

/** The addresses that a page asks for from now on. @param {import('playwright-core').Page} page */
function requestsOf(page) {
  /** @type {string[]} */ const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  return asked;
}
