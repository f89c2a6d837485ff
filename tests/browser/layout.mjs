/** What does not fit a page: it runs over the side, is cut off without a sign, or lies over something else. */

import assert from 'node:assert/strict';

/**
 * Fails with each fault of the layout.
 * @param {import('playwright-core').Page} page @param {string} what
 */
export async function assertFits(page, what) {
  assert.deepEqual(await page.evaluate(misfits), [], what);
}

/** Runs in the page. */
function misfits() {
  const PRESSED = 'button, a[href], input, select, textarea, [role=button], [role=tab], [role=menuitem], [role=switch]';
  const root = document.scrollingElement ?? document.documentElement;

  const pressed = [...document.querySelectorAll(PRESSED)].filter(
    (one) =>
      one.checkVisibility({ visibilityProperty: true }) &&
      getComputedStyle(one).pointerEvents !== 'none' &&
      one.getBoundingClientRect().width > 1,
  );

  return [...overSides(), ...cutTexts(), ...cutControls(), ...overlaps()];

  /** The page, or a region of it that scrolls up and down, is wider than its place. */
  function overSides() {
    const regions = [...document.querySelectorAll('main, main *')].filter(
      (one) =>
        overflow(one) === 'scrolls' &&
        getComputedStyle(one).overflowY === 'auto' &&
        !one.matches('pre, .cm-scroller, [class*=preview]'),
    );
    const wide = regions
      .filter((one) => one.scrollWidth > one.clientWidth + 1)
      .map((one) => `${name(one)} scrolls sideways: ${one.scrollWidth} in ${one.clientWidth}`);
    return root.scrollWidth > innerWidth
      ? [`the page is ${root.scrollWidth} wide, its window ${innerWidth}`, ...wide]
      : wide;
  }

  /** Texts that a box cuts off, with no ellipsis that says so and no title that has the whole. */
  function cutTexts() {
    return texts().flatMap(({ element, box }) => {
      for (let one = element; one !== document.documentElement; one = one.parentElement ?? document.documentElement) {
        const style = getComputedStyle(one);
        if (
          one.hasAttribute('title') ||
          style.textOverflow === 'ellipsis' ||
          overflow(one) === 'scrolls' ||
          style.clipPath !== 'none' ||
          style.clip !== 'auto'
        )
          return [];
        const place = one.getBoundingClientRect();
        const beyond = Math.max(place.left - box.left, box.right - place.right);
        if (overflow(one) === 'hidden' && beyond > 1)
          return [`${name(element)} is cut off by ${name(one)}: ${Math.round(beyond)} px`];
      }
      return [];
    });
  }

  /** Controls of which a box hides a part. */
  function cutControls() {
    return pressed.flatMap((control) => {
      const box = control.getBoundingClientRect();
      for (
        let one = control.parentElement;
        one && overflow(one) !== 'scrolls' && one !== document.body;
        one = one.parentElement
      ) {
        if (overflow(one) !== 'hidden') continue;
        if (getComputedStyle(one).clipPath !== 'none') return [];
        const place = one.getBoundingClientRect();
        const beyond = Math.max(place.left - box.left, box.right - place.right);
        if (beyond > 1) return [`${name(control)} is cut off by ${name(one)}: ${Math.round(beyond)} px`];
      }
      return [];
    });
  }

  function texts() {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (
        !element ||
        !node.textContent?.trim() ||
        !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      )
        continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      found.push({ element, box: range.getBoundingClientRect() });
    }
    return found;
  }

  /** Pairs of which one lies over the other. What scrolls in different regions is compared where it can be seen. */
  function overlaps() {
    return pressed.flatMap((one, at) =>
      pressed.slice(at + 1).flatMap((other) => {
        if (one.contains(other) || other.contains(one) || raised(one) !== raised(other)) return [];
        const shared = scroller(one) === scroller(other);
        const [a, b] = [one, other].map((it) => (shared ? it.getBoundingClientRect() : seen(it)));
        const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // One inside of the other is meant: a menu on a card, a tile of a picture.
        const inside = [a, b].some((it) => width > it.right - it.left - 1 && height > it.bottom - it.top - 1);
        return width > 1 && height > 1 && !inside
          ? [`${name(one)} and ${name(other)} overlap: ${Math.round(width)} × ${Math.round(height)}`]
          : [];
      }),
    );
  }

  /** What stays in its place while the rest is scrolled below it. @param {Element} element */
  function raised(element) {
    for (let one = /** @type {Element | null} */ (element); one; one = one.parentElement)
      if (['sticky', 'fixed'].includes(getComputedStyle(one).position)) return one;
    return null;
  }

  /** @param {Element} element */
  function scroller(element) {
    let one = element.parentElement;
    while (one && overflow(one) !== 'scrolls' && getComputedStyle(one).overflowY !== 'auto') one = one.parentElement;
    return one;
  }

  /** The part of a box that no region around it hides. @param {Element} element */
  function seen(element) {
    let { left, right, top, bottom } = element.getBoundingClientRect();
    for (let one = element.parentElement; one; one = one.parentElement) {
      if (overflow(one) === 'none') continue;
      const place = one.getBoundingClientRect();
      [left, right] = [Math.max(left, place.left), Math.min(right, place.right)];
      [top, bottom] = [Math.max(top, place.top), Math.min(bottom, place.bottom)];
    }
    return { left, right, top, bottom };
  }

  /** @param {Element} element */
  function overflow(element) {
    const { overflowX } = getComputedStyle(element);
    if (overflowX === 'visible') return 'none';
    return overflowX === 'auto' || overflowX === 'scroll' ? 'scrolls' : 'hidden';
  }

  /** @param {Element} element */
  function name(element) {
    const text = (element.getAttribute('aria-label') ?? element.textContent ?? '')
      .trim()
      .replace(/\s+/g, ' ')
      .slice(0, 40);
    const key =
      element.getAttribute('data-testid') ??
      [...element.classList].filter((one) => !one.startsWith('svelte-')).join('.');
    return `${element.tagName.toLowerCase()}${key && `.${key}`} “${text}”`;
  }
}
