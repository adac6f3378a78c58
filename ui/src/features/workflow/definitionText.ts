import type { Workflow } from "@/api/workflow-engine";

/** A definition as the editor holds it: it ends lines in one way, which is no change. */
export const definitionText = ({ definition }: Pick<Workflow, "definition">): string =>
  (definition ?? "").replace(/\r\n?/g, "\n");
