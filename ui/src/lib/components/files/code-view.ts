/** Text with its syntax in colours, read-only. Loaded only when a text is looked at. */
import { LanguageDescription, syntaxHighlighting } from '@codemirror/language';
import { languages } from '@codemirror/language-data';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, drawSelection, lineNumbers } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';

export type CodeView = { destroy: () => void };

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

/** Shows a text in an element. Its language goes by the name of the file, and comes when loaded. */
export function showCode(parent: HTMLElement, text: string, name: string, label: string): CodeView {
  const language = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        drawSelection(),
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label }),
        EditorView.lineWrapping,
        syntaxHighlighting(classHighlighter),
        language.of([]),
        look,
      ],
    }),
  });
  let gone = false;
  void LanguageDescription.matchFilename(languages, name)
    ?.load()
    .then((support) => {
      if (!gone) view.dispatch({ effects: language.reconfigure(support) });
    });
  return {
    destroy: () => {
      gone = true;
      view.destroy();
    },
  };
}
