/** The reason to keep the window open: a file is changed, and every state of it is found and got back. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './accessibility.mjs';
import { makeProject, write } from './files.mjs';
import { go, Site, startBrowser, visit } from './site.mjs';

const BEFORE = 'fn main() {\n    println!("arch");\n}\n';
const AFTER = 'fn main() {\n    println!("vault");\n}\n';

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

test('a change is noticed, looked at, taken back, and that undone', async () => {
  const source = makeProject(join(site.folder, 'vault'));
  const file = join(source, 'src/main.rs');
  write(join(source, 'package.json'), '{}');
  write(join(source, 'node_modules/one/index.js'), 'export {};\n');
  const project = await site.addProject(source);
  await visit(browser, site, 'history', async (page) => {
    await go(page, `#/projects/${project.id}/history/main`);
    const start = page.getByTestId('start-history');
    await start.getByText('node_modules').waitFor();
    await assertAccessible(page, 'before the first version');
    await page.getByTestId('start-keeping').click();
    await page.getByTestId('timeline').waitFor();
    assert.equal(await page.getByTestId('version-row').count(), 1);

    write(file, AFTER);
    await page.getByTestId('version-row').nth(1).waitFor();
    await page.getByTestId('timeline').focus();
    await scrub(page, 'Home', /^Version 1 of 2/);
    await scrub(page, 'ArrowRight', /^Version 2 of 2.*Automatic/);

    await page.getByTestId('version-detail').getByRole('link', { name: 'Changes', exact: true }).click();
    const diff = page.getByTestId('diff');
    await diff.locator('mark', { hasText: 'arch' }).waitFor();
    await diff.locator('mark', { hasText: 'vault' }).waitFor();
    await page.goBack();

    await page.getByTestId('timeline').focus();
    await scrub(page, 'Home', /^Version 1 of 2/);
    await page.getByTestId('version-restore').click();
    await page.getByTestId('restore-summary').getByText('1 file is written').waitFor();
    await page.getByTestId('restore-confirm').click();
    const toast = page.getByTestId('toast').filter({ hasText: 'Restored ' });
    await toast.waitFor();
    assert.match(await toast.innerText(), /Restored [\w-]+ to \d/);
    assert.equal(readFileSync(file, 'utf8'), BEFORE);
    await toast.getByRole('button', { name: 'Undo' }).click();
    await until(() => readFileSync(file, 'utf8') === AFTER);
  });
});

test('files are looked at and searched at any version, and have a history each', async () => {
  const source = makeProject(join(site.folder, 'browsed'));
  const file = join(source, 'src/main.rs');
  write(join(source, 'stone.bin'), Buffer.from([0, 1, 2, 255]));
  const project = await site.keep(await site.addProject(source));
  write(file, AFTER);
  await site.versions(project, 2);
  await visit(browser, site, 'files', async (page) => {
    await go(page, `#/projects/${project.id}/files/main/now/src`);
    await entry(page, 'main.rs').click();
    await page.getByTestId('preview').getByText('println!("vault")').waitFor();
    await page.keyboard.press('[');
    await page.getByTestId('preview').getByText('println!("arch")').waitFor();
    await page.getByTestId('show-now').click();
    await page.getByTestId('preview').getByText('println!("vault")').waitFor();

    await page.getByRole('radio', { name: 'Text' }).check({ force: true });
    await page.getByRole('searchbox').fill('a stone');
    await page.getByTestId('file-hit').filter({ hasText: 'stone.rs' }).click();
    await page.getByTestId('preview').getByRole('heading', { name: 'stone.rs' }).waitFor();

    await go(page, `#/projects/${project.id}/files/main/now?file=stone.bin`);
    await page.getByTestId('preview-hex').getByText('00 01 02 ff').waitFor();

    await go(page, `#/projects/${project.id}/file-history/main/src/main.rs`);
    await page.getByTestId('file-version').nth(1).waitFor();
    await page.getByTestId('diff').locator('mark', { hasText: 'vault' }).waitFor();
    await page.getByTestId('file-version').nth(1).click();
    await page.getByTestId('restore-this').click();
    await page.getByTestId('restore-confirm').click();
    await until(() => readFileSync(file, 'utf8') === BEFORE);
  });
});

test('a diff is coloured, folded and stepped through, in both forms and both schemes', async () => {
  const source = makeProject(join(site.folder, 'compared'));
  const lines = Array.from({ length: 120 }, (_, index) => `let line${index} = ${index}; // counted`);
  write(join(source, 'long.ts'), lines.join('\n'));
  const project = await site.keep(await site.addProject(source));
  const changed = lines.with(50, 'let line50 = "fifty"; // counted in words').toSpliced(90, 1);
  write(join(source, 'long.ts'), changed.join('\n'));
  const [newest, first] = await site.versions(project, 2);
  const address = `#/projects/${project.id}/diff/main?from=${first.id}&to=${newest.id}&path=long.ts`;
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await visit(
      browser,
      site,
      `diff-${colorScheme}`,
      async (page) => {
        await go(page, address);
        const diff = page.getByTestId('diff');
        for (const [mode, sides] of /** @type {const} */ ([['Side by side', 2], ['Inline', 1]])) {
          await diff.getByRole('radio', { name: mode }).check({ force: true });
          const texts = diff.getByRole('textbox');
          await texts.nth(sides - 1).waitFor();
          assert.equal(await texts.count(), sides);
          await diff.locator('[data-tag] .tok-keyword', { hasText: 'let' }).first().waitFor();
          await diff.locator('mark', { hasText: 'fifty' }).waitFor();
          await assertAccessible(page, `${mode}, ${colorScheme}`);

          assert.equal(await diff.getByText('let line10 = 10').count(), 0);
          await diff.getByRole('button', { name: 'Show 47 unchanged lines' }).focus();
          await page.keyboard.press('Enter');
          await diff.getByText('let line10 = 10').first().waitFor();
          assert.equal(await diff.getByText('let line10 = 10').count(), sides);

          await page.keyboard.press('n');
          await page.keyboard.press('n');
          await diff.getByText('Change 2 of 2').waitFor();
          const gone = diff.locator('[data-here="true"]', { hasText: 'let line90' });
          await gone.waitFor();
          await page.waitForFunction((row) => {
            const { top, bottom } = /** @type {Element} */ (row).getBoundingClientRect();
            return top > 0 && bottom < innerHeight;
          }, await gone.elementHandle());
        }
      },
      { colorScheme },
    );
  }
});

test('files are added, and deleted files come back', async () => {
  const source = makeProject(join(site.folder, 'changed'));
  const project = await site.keep(await site.addProject(source));
  await visit(browser, site, 'adding files', async (page) => {
    await go(page, `#/projects/${project.id}/files/main/now`);
    await entry(page, 'notes.txt').waitFor();
    const dropped = [
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('other\n') },
      { name: 'new.txt', mimeType: 'text/plain', buffer: Buffer.from('new\n') },
    ];
    await page.getByTestId('upload-files').setInputFiles(dropped);
    await page.getByRole('button', { name: 'Go on' }).click();
    await entry(page, 'notes (2).txt').waitFor();
    assert.equal(readFileSync(join(source, 'notes.txt'), 'utf8'), 'kept\n');
    assert.equal(readFileSync(join(source, 'notes (2).txt'), 'utf8'), 'other\n');

    await entry(page, 'new.txt').click();
    await page.keyboard.press('Delete');
    await entry(page, 'new.txt').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+z');
    await entry(page, 'new.txt').waitFor();
    await until(() => readFileSync(join(source, 'new.txt'), 'utf8') === 'new\n');
  });
});

/** Presses a key on the timeline and waits for where it says it is. @param {import('playwright-core').Page} page @param {string} key @param {RegExp} said */
async function scrub(page, key, said) {
  await page.keyboard.press(key);
  await page.waitForFunction(
    (pattern) => new RegExp(pattern).test(document.querySelector('[role=slider]')?.getAttribute('aria-valuetext') ?? ''),
    said.source,
  );
}

/** @param {import('playwright-core').Page} page @param {string} name */
function entry(page, name) {
  return page.getByTestId('browse-entry').filter({ has: page.locator('bdi', { hasText: new RegExp(`^${name.replace(/[.()]/g, '\\$&')}$`) }) });
}

/** @param {() => boolean} holds */
async function until(holds) {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    try {
      if (holds()) return;
    } catch {
      // What is looked at may not be there yet.
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`It does not come to hold: ${holds}`);
}
