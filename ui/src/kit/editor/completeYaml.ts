// Completion for CodeMirror: keys and values from a JSON Schema, the ids of steps where steps are
// named, and what the server has of agents, commands and the like where one of them is.
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { type Known, kindAt, type Names } from "@/lib/namesAt";
import { keysAt, type Offer, type Schema, valuesAt } from "@/lib/schemaComplete";
import { placeAt, stepIds } from "@/lib/yamlPath";

const endings: Record<Offer["opens"], string> = { value: ": ", mapping: ":\n", list: ": " };

/** Keys whose values name other steps. */
const naming = new Set(["needs", "goto"]);

/** What the names of models are made of, beside those of slugs: "local/qwen2.5-coder:0.5b". */
const nameSoFar = /[\w./:@+-]*/;

export function completeFrom(
  schema: Schema | undefined,
  names: Names | undefined,
  context: CompletionContext,
): CompletionResult | null {
  const word = context.matchBefore(/[\w-]*/);
  if (!context.explicit && (!word || word.from === word.to)) return null;
  const text = context.state.doc.toString();
  const place = placeAt(text, context.pos);
  const from = word?.from ?? context.pos;
  const last = place.path.filter((part) => part !== "[]").at(-1) ?? "";
  const isValue = place.isValue || place.path.at(-1) === "[]";
  if (isValue && naming.has(last)) {
    return { from, options: stepIds(text).map((label) => ({ label, type: "variable" })) };
  }
  if (!schema) return null;
  // An expression says it when the time has come; what it reads is not ours to guess.
  const isExpression = place.typed.includes("${{");
  const kind = isValue && !isExpression ? kindAt(schema, place.path) : null;
  if (kind && names) {
    const options = names[kind].map(asName);
    const begun = context.matchBefore(nameSoFar)?.from ?? context.pos;
    return options.length > 0
      ? { from: begun, options, validFor: new RegExp(`^${nameSoFar.source}$`) }
      : null;
  }
  const options = place.isValue
    ? valuesAt(schema, place.path).map(plain)
    : keysAt(schema, place.path, place.siblings).map(asKey);
  return options.length > 0 ? { from, options, validFor: /^[\w-]*$/ } : null;
}

const asName = ({ name, title, info }: Known): Completion => ({
  label: name,
  detail: title === name ? undefined : title,
  info: info || undefined,
  type: "variable",
});

const plain = ({ label, info }: Offer): Completion => ({
  label,
  type: "constant",
  info: info || undefined,
});

function asKey(offer: Offer): Completion {
  return {
    label: offer.label,
    detail: offer.detail,
    info: offer.info || undefined,
    type: "property",
    apply(view, _, from, to) {
      const line = view.state.doc.lineAt(from);
      const rest = view.state.sliceDoc(to, line.to);
      const indent = /^[\s-]*/.exec(line.text)?.[0].length ?? 0;
      const isAlready = rest.trimStart().startsWith(":");
      const ending = isAlready
        ? ""
        : offer.opens === "mapping"
          ? `${endings.mapping}${" ".repeat(indent + 2)}`
          : endings[offer.opens];
      const insert = offer.label + ending;
      view.dispatch({
        changes: { from, to, insert },
        selection: { anchor: from + insert.length },
        userEvent: "input.complete",
      });
    },
  };
}
