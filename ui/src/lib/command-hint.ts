/**
 * Fills a use case's command-line form with what is at hand, quoted as a shell wants it. What the
 * form has in brackets is left out without a value, and repeated for several.
 */
import { useCaseHints } from './backend/bindings';
import type { NewPassword, UseCaseName, Workspace } from './backend/bindings';

export type CommandValues = Record<string, string | string[] | undefined>;

const GROUP = / ?\[([^\]]*\{(\w+)\}[^\]]*)\]/g;
const PLACEHOLDER = /\{(\w+)\}/g;

export function commandFor(useCase: UseCaseName, values: CommandValues = {}): string {
  const form: string = useCaseHints[useCase];
  const whole = form.replace(GROUP, (group: string, inner: string, name: string) => {
    const space = group.startsWith(' ') ? ' ' : '';
    const said = [values[name] ?? []].flat().filter((value) => value !== '');
    return said.map((value) => space + fill(inner, { [name]: value })).join('');
  });
  return fill(whole, values);
}

function fill(form: string, values: CommandValues): string {
  return form.replace(PLACEHOLDER, (placeholder: string, name: string) => {
    const value = values[name];
    return value === undefined ? placeholder : [value].flat().map(quoteForShell).join(' ');
  });
}

/** Words as a command: each is quoted as a shell wants it. */
export function commandOfWords(text: string): string {
  return ['undercroft say', ...text.split(/\s+/).filter(Boolean).map(quoteForShell)].join(' ');
}

/** A workspace, as commands call it. */
export function workspaceForCommand({ main, name, projectName }: Workspace): string {
  return main ? projectName : `${projectName}/${name}`;
}

/** The source of a new password as command-line options. */
export function passwordForCommand(password: NewPassword | null): CommandValues {
  switch (password?.type) {
    case 'generated':
      return { generate: '--generate' };
    case 'keyFile':
      return { file: '…' };
    default:
      return {};
  }
}

/** A path in a version or backup, as a command takes it: never for an option. */
export function pathForCommand(names: string[]): string {
  const path = names.join('/');
  return path.startsWith('-') ? `./${path}` : path;
}

export function quoteForShell(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
