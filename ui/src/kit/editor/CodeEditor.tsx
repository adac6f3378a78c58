// The editor of definitions: YAML with colours, completion from the JSON Schema, and problems where
// they are. Loaded when it is needed, hence the default export.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, indentOnInput, indentUnit } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Names } from "@/lib/namesAt";
import type { Schema } from "@/lib/schemaComplete";
import { codeTheme } from "./codeTheme";
import { completeFrom } from "./completeYaml";

interface Found {
  line: number;
  column: number;
  message: string;
  fix: string;
}

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  schema?: Schema;
  /** What there is to be named in it. */
  names?: Names;
  problems: Found[];
  /** Where to go: a new object goes there again. */
  place?: { line: number; column: number };
  isReadOnly?: boolean;
}

export default function CodeEditor(props: Props) {
  const { label, value, onChange, schema, names, problems, place, isReadOnly = false } = props;
  const { t } = useTranslation();
  const mount = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ onChange, schema, names });
  latest.current = { onChange, schema, names };
  const start = useRef(value);
  const readOnly = useRef(new Compartment());

  useEffect(() => {
    if (!mount.current) return;
    const editor = new EditorView({
      parent: mount.current,
      state: EditorState.create({
        doc: start.current,
        extensions: [
          lineNumbers(),
          foldGutter(),
          lintGutter(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          indentUnit.of("  "),
          indentOnInput(),
          bracketMatching(),
          yaml(),
          codeTheme,
          EditorView.lineWrapping,
          autocompletion({
            override: [
              (context) => completeFrom(latest.current.schema, latest.current.names, context),
            ],
            icons: false,
          }),
          // Escape first, then Tab, leaves the editor: CodeMirror's way out of a tab trap.
          keymap.of([
            ...completionKeymap,
            ...lintKeymap,
            ...historyKeymap,
            ...defaultKeymap,
            indentWithTab,
          ]),
          EditorView.contentAttributes.of({
            "aria-label": label,
            spellcheck: "false",
            tabindex: "0",
          }),
          readOnly.current.of(EditorState.readOnly.of(false)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({
      effects: readOnly.current.reconfigure(EditorState.readOnly.of(isReadOnly)),
    });
  }, [isReadOnly]);

  useEffect(() => {
    const editor = view.current;
    if (editor) editor.dispatch(setDiagnostics(editor.state, marksOf(editor.state, problems)));
  }, [problems]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !place) return;
    const at = offsetOf(editor.state, place);
    editor.dispatch({ selection: { anchor: at }, scrollIntoView: true });
    editor.focus();
  }, [place]);

  return (
    <div className="min-w-0">
      <div
        ref={mount}
        dir="ltr"
        className="overflow-hidden rounded-lg border border-line bg-surface text-start shadow-card focus-within:outline-2 focus-within:outline-accent"
      />
      <p className="mt-1.5 text-muted text-xs">{t("workflow.editorKeys")}</p>
    </div>
  );
}

function offsetOf(state: EditorState, place: { line: number; column: number }): number {
  const line = state.doc.line(Math.min(Math.max(1, place.line), state.doc.lines));
  return Math.min(line.to, line.from + Math.max(0, place.column - 1));
}

function marksOf(state: EditorState, problems: Found[]): Diagnostic[] {
  return problems.map((problem) => {
    const from = offsetOf(state, problem);
    const line = state.doc.lineAt(from);
    // A word, or at least something that can be seen.
    const word = /^[^\s:,]+/.exec(state.sliceDoc(from, line.to))?.[0].length ?? 0;
    return {
      from: word === 0 ? line.from : from,
      to: word === 0 ? line.to : from + word,
      severity: "error" as const,
      message: problem.fix ? `${problem.message}\n${problem.fix}` : problem.message,
    };
  });
}
