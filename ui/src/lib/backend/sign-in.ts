/** Signs a browser in: by a code behind the hash of its link, which works once, for a token that
 * this tab keeps. No cookie, because a browser sends those to every port of a machine. */
const KEY = 'undercroft-token';
const CODE = /^#open=([0-9a-f]+)$/;

export class SignIn {
  readonly #opened: Promise<void>;

  constructor(base: string) {
    const code = CODE.exec(location.hash)?.[1];
    // Neither the address nor the history of the browser keeps it.
    if (code) history.replaceState(null, '', `${location.pathname}${location.search}#/`);
    // A link that is pasted into a tab which is in already loads nothing by itself.
    addEventListener('hashchange', () => CODE.test(location.hash) && location.reload());
    this.#opened = code ? redeem(base, code) : Promise.resolve();
  }

  /** The headers that a request needs; none for a tab that is not signed in. */
  async headers(): Promise<Record<string, string>> {
    await this.#opened;
    const token = sessionStorage.getItem(KEY);
    return token ? { authorization: `Bearer ${token}` } : {};
  }
}

/** Without an answer the tab stays as it is: its calls say what is wrong. */
async function redeem(base: string, code: string): Promise<void> {
  const request = {
    method: 'POST',
    credentials: 'omit',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  } as const;
  const answer = await fetch(`${base}/api/session`, request).catch(() => null);
  if (!answer?.ok) return;
  const { token } = (await answer.json()) as { token: string };
  sessionStorage.setItem(KEY, token);
}
