import type { TFunction } from "i18next";

const known = {
  Todo: "column.todo",
  "In Progress": "column.inProgress",
  "Code Review": "column.codeReview",
  Testing: "column.testing",
  QA: "column.qa",
  Done: "column.done",
} as const;

/** The six columns every project starts with have names in each language; others are as typed. */
export function columnName(t: TFunction, name: string): string {
  const key = known[name as keyof typeof known];
  return key ? t(key) : name;
}
