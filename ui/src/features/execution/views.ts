/** The places inside an execution's page, as they stand in its address. */
export const views = ["timeline", "graph", "data", "journal", "checkpoints"] as const;
export type View = (typeof views)[number];

export interface ExecutionSearch {
  step?: string;
  instance?: number;
  view?: View;
}

export function readView(search: Record<string, unknown>): ExecutionSearch {
  return {
    step: typeof search.step === "string" && search.step !== "" ? search.step : undefined,
    instance: typeof search.instance === "number" ? search.instance : undefined,
    view: views.find((view) => view === search.view),
  };
}
