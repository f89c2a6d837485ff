/** The pages of the help, as `help-pages.ts` makes them of `docs` when the window is built. */
declare module 'virtual:help' {
  export type HelpEntry = {
    name: string;
    title: string;
    headings: { text: string; at: string }[];
  };
  export const index: HelpEntry[];
  export const load: Record<string, () => Promise<{ html: string }>>;
}
