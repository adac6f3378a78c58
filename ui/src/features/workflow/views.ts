/** The places inside a workflow's page, as they stand in its address. */
export const views = ["overview", "definition", "revisions"] as const;
export type View = (typeof views)[number];

export interface WorkflowSearch {
  view?: View;
  /** Revisions to compare. */
  from?: number;
  to?: number;
  /** Whether the form that starts it is open. */
  start?: boolean;
}

const number = (value: unknown) =>
  typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;

export function readWorkflowView(search: Record<string, unknown>): WorkflowSearch {
  return {
    view: views.find((view) => view === search.view),
    from: number(search.from),
    to: number(search.to),
    start: search.start === true ? true : undefined,
  };
}
