import type { QueryClient } from "@tanstack/react-query";
import type { Workflow } from "@/api/workflow-engine";
import { saveRevision, workflowOptions } from "@/api/workflows";
import { asProblem } from "@/lib/problem";
import { definitionText } from "./definitionText";
import type { SavedText } from "./useDraft";

/**
 * Saves a text after the revision that its writer has seen. The server refuses it where there is
 * another one by now; then that one is read, so that the page shows it and asks, and nothing comes
 * of this: only a newer revision that says the same is nobody else's work.
 */
export async function saveDraft(
  queryClient: QueryClient,
  slug: string,
  text: string,
  base: SavedText,
): Promise<Workflow | null> {
  try {
    return await saveRevision(slug, text, base.revision);
  } catch (refusal) {
    if (asProblem(refusal).status !== 409) throw refusal;
    const options = workflowOptions(slug);
    // A reading that is on its way may be older than what refused this.
    await queryClient.cancelQueries({ queryKey: options.queryKey, exact: true });
    const newest = await queryClient.fetchQuery({ ...options, staleTime: 0 });
    if (definitionText(newest) !== base.text) return null;
    if (newest.revision === base.revision) throw refusal;
    return saveRevision(slug, text, newest.revision);
  }
}
