/** Fills a use case's command-line form with what is at hand, quoted as a shell wants it. */
import { useCaseHints } from './backend/bindings';
import type { UseCaseName } from './backend/bindings';

export function commandFor(useCase: UseCaseName, values: Record<string, string> = {}): string {
  return useCaseHints[useCase].replace(/\{(\w+)\}/g, (placeholder: string, name: string) => {
    const value = values[name];
    return value === undefined ? placeholder : quoteForShell(value);
  });
}

export function quoteForShell(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
