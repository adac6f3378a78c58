import type { FieldFault } from "@/lib/problem";
import { ProblemText } from "./ProblemText";

/** What is wrong with a field: our own words as they are, the server's as a problem. */
export function FaultText({ fault }: { fault: FieldFault }) {
  return typeof fault === "string" ? fault : <ProblemText error={fault} />;
}
