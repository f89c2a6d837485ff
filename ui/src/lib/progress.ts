/** A job's progress in words: what, how much, how fast, how long. */
import type { JobView } from './backend/bindings';
import { formatCount, formatRate, formatSize, percent } from './format/size';
import { formatDuration } from './format/time';
import { words } from './words';

export type ProgressWords = {
  share: number | null;
  files: string;
  bytes: string;
  rate: string;
  left: string;
};

export function describeProgress(job: JobView): ProgressWords {
  const { bytesDone, bytesTotal, filesDone, filesTotal, totalsSettled } = job.progress;
  const { bytesPerSecond, secondsLeft } = job.progress;
  const queued = job.state === 'queued';
  return {
    share: totalsSettled
      ? (percent(bytesDone, bytesTotal) ?? percent(filesDone, filesTotal))
      : null,
    files: queued
      ? words.jobs.waiting
      : totalsSettled
        ? words.jobs.filesOf(formatCount(filesDone), formatCount(filesTotal))
        : words.jobs.filesSoFar(formatCount(filesDone)),
    bytes: totalsSettled
      ? words.jobs.bytesOf(formatSize(bytesDone), formatSize(bytesTotal))
      : formatSize(bytesDone),
    rate: bytesPerSecond > 0 ? formatRate(bytesPerSecond) : '',
    left: leftInWords(queued, totalsSettled, secondsLeft ?? null),
  };
}

function leftInWords(queued: boolean, settled: boolean, seconds: number | null): string {
  if (queued) return '';
  if (!settled) return words.jobs.counting;
  return seconds === null ? '' : words.jobs.left(formatDuration(seconds));
}
