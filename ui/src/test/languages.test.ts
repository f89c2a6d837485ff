/** The words of every language, and which is chosen. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ErrorCode } from '$lib/backend/bindings';
import { applyLanguage, chooseLanguage, chosenLanguage, languageFor } from '$lib/language';
import { speak, words } from '$lib/words';
import { de } from '$lib/words/de';
import { en } from '$lib/words/en';

/** What is said alike in both languages. */
const ALIKE = new Set([
  ...['*.psd', '1y5m7d2h', 'git', 'Git', 'tar', 'tar, gzip', 'tar, xz', 'tar, zstd', 'zip'],
  ...['Archive', 'Branches', 'Code', 'Commit', 'Commits', 'Framework', 'Frameworks', 'Format'],
  ...[
    'Import',
    'Migration',
    'Name',
    'Notebook',
    'Parity',
    'Plan',
    'Pull',
    'Push',
    'Remotes',
    'Repository',
    'Status',
  ],
  ...['System', 'Text', 'Variable', 'Version', ''],
]);

const ERROR_CODES: Record<ErrorCode, true> = {
  not_found: true,
  already_exists: true,
  not_kept: true,
  invalid: true,
  wrong_password: true,
  repository_missing: true,
  too_new: true,
  locked: true,
  damaged: true,
  storage_full: true,
  permission_denied: true,
  source_missing: true,
  cancelled: true,
  interrupted: true,
  unavailable: true,
  unsupported: true,
  unauthorized: true,
  internal: true,
};

type Asked = (...given: never[]) => unknown;

/** The texts below, each with the way to it; functions are asked with some of what they take. */
function texts(value: unknown, way = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[way, value]]);
  if (typeof value === 'function')
    return new Map([1, 2].flatMap((n) => [...said(value as Asked, n, way)]));
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...texts(inner, `${way}.${key}`)]),
  );
}

function said(value: Asked, count: number, way: string) {
  const asked = (given: unknown) => {
    try {
      return value(...(Array(5).fill(given) as never[]));
    } catch {
      return undefined;
    }
  };
  return texts(asked(count) ?? asked(['x']), `${way}(${count})`);
}

beforeEach(() => {
  localStorage.clear();
});
afterEach(async () => {
  history.replaceState(null, '', location.pathname);
  await speak('en');
});

describe('the choice of language', () => {
  it('is the first of the system’s that there are words for', () => {
    expect(languageFor(['de-AT', 'en'])).toBe('de');
    expect(languageFor(['fr-FR', 'de'])).toBe('de');
    expect(languageFor(['fr', 'en-US', 'de'])).toBe('en');
    expect(languageFor(['fr'])).toBe('en');
    expect(languageFor([])).toBe('en');
  });

  it('is loaded before the pages, and told to the document', async () => {
    localStorage.setItem('undercroft.language', 'de');
    await applyLanguage();
    expect(words).toBe(de);
    expect(document.documentElement.lang).toBe('de-DE');
    expect(document.documentElement.dir).toBe('ltr');
    localStorage.clear();
    expect(chosenLanguage()).toBe('system');
    await applyLanguage();
    expect(words).toBe(en);
    history.replaceState(null, '', '?language=pseudo-rtl');
    await applyLanguage();
    expect(document.documentElement.dir).toBe('rtl');
  });
});

describe('German', () => {
  const english = texts(en);
  const german = texts(de);

  it('says everything that English says', () => {
    expect(english.size).toBeGreaterThan(1500);
    const silent = [...english].filter(([way, text]) => text !== '' && german.get(way) === '');
    expect(silent).toEqual([]);
    const alike = [...german]
      .filter(([way]) => !/^\.(product|errors\.headlines)/.test(way))
      .filter(([way, text]) => english.get(way) === text && !ALIKE.has(text))
      .filter(([, text]) => /[a-z]{4}/i.test(text));
    expect(alike).toEqual([]);
  });

  it('has a headline for each code of an error', () => {
    const without = Object.keys(ERROR_CODES).filter((code) => !de.errors.headlines[code]);
    expect(without).toEqual([]);
  });

  it('is chosen, and the page is loaded anew', () => {
    const asked = vi.fn();
    vi.stubGlobal('location', { search: '', hash: '#/settings', reload: asked });
    chooseLanguage('de');
    vi.unstubAllGlobals();
    expect(asked).toHaveBeenCalledOnce();
    expect(chosenLanguage()).toBe('de');
  });
});
