import type { Problem } from "@/lib/problem";
import { Notice } from "./Notice";
import { ProblemText } from "./ProblemText";

/** What went wrong, said at once; nothing while nothing did. */
export function ProblemNotice({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <Notice tone="danger" role="alert">
      <ProblemText error={error} />
    </Notice>
  );
}

/** The same for a form, whose fields say themselves what is wrong with them. */
export function FormProblem({ problem }: { problem: Problem | null }) {
  return <ProblemNotice error={problem?.fields.length === 0 ? problem : null} />;
}
