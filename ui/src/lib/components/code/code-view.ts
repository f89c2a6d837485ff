/** Text with its syntax in colours, read-only. Loaded only when a text is looked at. */
import { LanguageDescription, syntaxHighlighting } from '@codemirror/language';
import { languages } from '@codemirror/language-data';
import { Compartment, EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView, drawSelection, lineNumbers } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';

export type CodeView = { destroy: () => void };

const language = new Compartment();

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: '12px', lineHeight: '18px' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink-3)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-content': { caretColor: 'var(--accent)' },
});

/** The extensions of every view of a text; its colours come with `colour`. */
export function readOnlyText(label: string): Extension {
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label }),
    EditorView.lineWrapping,
    syntaxHighlighting(classHighlighter),
    language.of([]),
    look,
  ];
}

/** Colours views by the language of a file of this name, once it is loaded, and hands it to `then`.
 * The returned function calls it off. */
export function colour(
  views: readonly EditorView[],
  name: string,
  then: (language: Extension) => void = () => {},
): () => void {
  let gone = false;
  void LanguageDescription.matchFilename(languages, name)
    ?.load()
    .then((support) => {
      if (gone) return;
      for (const view of views) view.dispatch({ effects: language.reconfigure(support) });
      then(support);
    });
  return () => (gone = true);
}

/** Shows a text in an element. */
export function showCode(parent: HTMLElement, text: string, name: string, label: string): CodeView {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [lineNumbers(), drawSelection(), readOnlyText(label)],
    }),
  });
  const callOff = colour([view], name);
  return {
    destroy: () => {
      callOff();
      view.destroy();
    },
  };
}
