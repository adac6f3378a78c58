import type { Workflow } from "@/api/workflow-engine";
import { DefinitionEditor } from "./DefinitionEditor";

/** The definition as it is saved now; saving another makes a revision. */
export function SavedDefinition({ workflow }: { workflow: Workflow }) {
  const isOwn = workflow.source === "organisation";
  return (
    <DefinitionEditor
      // The editor ends lines in one way: another one must not look like a change.
      saved={(workflow.definition ?? "").replace(/\r\n?/g, "\n")}
      slug={isOwn ? workflow.slug : undefined}
      isLibrary={!isOwn}
    />
  );
}
