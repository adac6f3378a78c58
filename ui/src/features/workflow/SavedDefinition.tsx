import type { Workflow } from "@/api/workflow-engine";
import { DefinitionEditor } from "./DefinitionEditor";

/** The definition as it is saved now; saving another makes a revision. */
export function SavedDefinition({ workflow }: { workflow: Workflow }) {
  const isOwn = workflow.source === "organisation";
  return (
    <DefinitionEditor
      key={workflow.revision ?? 0}
      saved={workflow.definition ?? ""}
      slug={isOwn ? workflow.slug : undefined}
      isLibrary={!isOwn}
    />
  );
}
