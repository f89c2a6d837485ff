/**
 * The versions of a workspace as one scrubs through them: a stretch of the list without gaps that
 * begins at the newest of some day, and the version that is looked at.
 */
import type { Backend } from '$lib/backend/backend';
import type { Day, Trigger, Version, WireError } from '$lib/backend/bindings';
import { dayRange, dateOf, groupSessions, neighbourDay, positionOf } from '$lib/history/timeline';
import { asWireError } from './resource.svelte';
import { answered, asked, unanswered } from './unanswered';

export type VersionFilter = { text: string; trigger: string };

const PAGE = 200;
const MOST_OF_A_DAY = 5000;
const MOST_REFRESHED = 1000;

export class Versions {
  /** Newest first. */
  shown = $state.raw<Version[]>([]);
  days = $state.raw<Day[]>([]);
  selectedId = $state<string | null>(null);
  error = $state.raw<WireError | null>(null);
  loaded = $state(false);
  loading = $state(false);
  /** Whether there are older versions than those that are shown. */
  olderLeft = $state(false);
  readonly index = $derived.by(() => this.shown.findIndex((one) => one.id === this.selectedId));
  readonly selected = $derived.by(() => this.shown[this.index]);
  readonly date = $derived.by(() => (this.selected ? dateOf(this.selected.time) : null));
  readonly position = $derived.by(() => positionOf(this.days, this.shown, this.index));
  /** Nothing with a filter: what lies between is not listed, so that distances would not be true. */
  readonly sessions = $derived.by(() => (this.filtered ? [] : groupSessions(this.shown)));
  /** Whether versions newer than those that are shown exist. */
  readonly newerLeft = $derived.by(() => this.newerDay !== undefined);
  readonly #backend: Backend;
  readonly #workspace: string;
  #wanted = $state.raw<VersionFilter>({ text: '', trigger: '' });
  #turn = 0;
  #opened = false;

  constructor(backend: Backend, workspace: string) {
    this.#backend = backend;
    this.#workspace = workspace;
  }

  get filtered(): boolean {
    return this.#wanted.text !== '' || this.#wanted.trigger !== '';
  }

  get newerDay(): string | undefined {
    const first = this.shown[0];
    return first && neighbourDay(this.days, dateOf(first.time), 1);
  }

  /** Begins anew at the newest version, or where a version is. */
  async open(wanted: VersionFilter, version: string | null): Promise<void> {
    this.#opened = true;
    this.#wanted = wanted;
    this.selectedId = version;
    await this.#run(async (fresh) => {
      const days = this.#listDays();
      const at = version ? await this.#dateOfVersion(version) : null;
      const page = await this.#list(at ? { until: dayRange(at).until } : {}, PAGE);
      if (!fresh()) return;
      this.days = await days;
      this.#take(page);
      this.loaded = true;
    });
  }

  /** As `open`, unless that is what is shown already. */
  async show(wanted: VersionFilter, version: string | null): Promise<void> {
    const { text, trigger } = this.#wanted;
    const same = this.#opened && text === wanted.text && trigger === wanted.trigger;
    if (same && (version === null || version === this.selectedId)) return;
    if (same && version && this.shown.some((one) => one.id === version))
      return this.select(version);
    await this.open(wanted, version);
  }

  /** Asks again for what is shown, and for what came since. */
  async refresh(): Promise<void> {
    if (!this.loaded) return;
    const atTop = !this.newerLeft;
    const first = this.shown[0];
    const range = atTop || !first ? {} : { until: dayRange(dateOf(first.time)).until };
    const limit = Math.min(MOST_REFRESHED, Math.max(PAGE, this.shown.length));
    await this.#run(async (fresh) => {
      const days = await this.#listDays();
      const page = await this.#list(range, limit);
      if (!fresh()) return;
      this.days = days;
      this.#renew(page, page.length === limit);
    });
  }

  select(id: string): void {
    this.selectedId = id;
  }

  /** Shows a day, and its newest version. */
  async goToDay(date: string): Promise<void> {
    const here = this.shown.find((one) => dateOf(one.time) === date);
    if (here) return this.select(here.id);
    await this.#run(async (fresh) => {
      const page = await this.#list({ until: dayRange(date).until }, PAGE);
      if (!fresh()) return;
      this.#take(page);
      this.selectedId = page[0]?.id ?? null;
    });
  }

  /** To the next older (1) or newer (-1) version. */
  async step(by: 1 | -1): Promise<void> {
    if (this.index < 0) return this.#selectAt(0);
    if (by < 0 && this.index === 0) await this.newer();
    if (by > 0 && this.index === this.shown.length - 1) await this.older();
    this.#selectAt(this.index + by);
  }

  /** To the next older (-1) or newer (1) day with versions. */
  async stepDay(by: 1 | -1): Promise<void> {
    if (this.filtered) return this.#stepShownDay(by);
    const day = this.date && neighbourDay(this.days, this.date, by);
    if (day) await this.goToDay(day);
  }

  async toNewest(): Promise<void> {
    if (this.newerLeft) await this.open(this.#wanted, null);
    this.#selectAt(0);
  }

  async toOldest(): Promise<void> {
    const oldest = this.days.toSorted((left, right) => (left.date < right.date ? -1 : 1))[0];
    if (oldest && this.olderLeft && !this.filtered) await this.goToDay(oldest.date);
    this.#selectAt(this.shown.length - 1);
  }

  async older(): Promise<void> {
    const last = this.shown.at(-1);
    if (!last || !this.olderLeft || this.loading) return;
    await this.#run(async (fresh) => {
      const page = await this.#list({ before: last.seq }, PAGE);
      if (!fresh()) return;
      this.shown = [...this.shown, ...page];
      this.olderLeft = page.length === PAGE;
    });
  }

  async newer(): Promise<void> {
    const day = this.newerDay;
    if (!day || this.loading) return;
    // A filter leaves days empty that have versions, so it begins anew at the top.
    if (this.filtered) return this.open(this.#wanted, null);
    await this.#run(async (fresh) => {
      const page = await this.#list(dayRange(day), MOST_OF_A_DAY);
      if (fresh()) this.shown = [...page, ...this.shown];
    });
  }

  #stepShownDay(by: 1 | -1): void {
    const date = this.date ?? '';
    const beyond = this.shown.filter((one) =>
      by < 0 ? dateOf(one.time) < date : dateOf(one.time) > date,
    );
    const next = by < 0 ? beyond[0] : beyond.at(-1);
    if (next) this.select(next.id);
  }

  #selectAt(index: number): void {
    const version = this.shown[Math.max(0, Math.min(this.shown.length - 1, index))];
    if (version) this.selectedId = version.id;
  }

  /** Puts what was asked again in the place of what it stands for, and keeps the older ones. */
  #renew(page: Version[], full: boolean): void {
    const joint = this.shown.findIndex((one) => one.id === page.at(-1)?.id);
    const older = full && joint >= 0 ? this.shown.slice(joint + 1) : [];
    this.shown = [...page, ...older];
    this.olderLeft = older.length > 0 ? this.olderLeft : full;
    if (this.index < 0) this.selectedId = page[0]?.id ?? null;
  }

  #take(page: Version[]): void {
    this.shown = page;
    this.olderLeft = page.length >= PAGE;
    if (this.index < 0) this.selectedId = page[0]?.id ?? null;
  }

  async #dateOfVersion(version: string): Promise<string> {
    const { version: found } = await this.#backend.call('version_show', { version });
    return dateOf(found.time);
  }

  #listDays(): Promise<Day[]> {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return this.#backend.call('version_days', { workspace: this.#workspace, timeZone });
  }

  #list(
    range: { before?: number; from?: string; until?: string },
    limit: number,
  ): Promise<Version[]> {
    const { text, trigger } = this.#wanted;
    return this.#backend.call('version_list', {
      workspace: this.#workspace,
      limit,
      ...range,
      ...(text ? { text } : {}),
      ...(trigger ? { trigger: trigger as Trigger } : {}),
    });
  }

  /** Only the newest question's answer counts. */
  async #run(ask: (fresh: () => boolean) => Promise<void>): Promise<void> {
    const turn = ++this.#turn;
    const again = () => void this.#run(ask);
    this.loading = true;
    asked(this, again);
    try {
      await ask(() => turn === this.#turn);
      if (turn !== this.#turn) return;
      this.error = null;
      this.loading = false;
      answered(this);
    } catch (cause) {
      if (turn !== this.#turn) return;
      this.error = asWireError(cause);
      this.loading = false;
      unanswered(this, again);
    }
  }
}
