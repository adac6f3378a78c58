import type { Workflow } from "@/api/workflow-engine";
import { DefinitionEditor } from "./DefinitionEditor";
import { definitionText } from "./definitionText";

/** The definition as it is saved now; saving another makes a revision. */
export function SavedDefinition({ workflow }: { workflow: Workflow }) {
  const isOwn = workflow.source === "organisation";
  return (
    <DefinitionEditor
      saved={{ text: definitionText(workflow), revision: workflow.revision }}
      slug={isOwn ? workflow.slug : undefined}
      isLibrary={!isOwn}
    />
  );
}
