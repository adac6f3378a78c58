// The names the UI uses for the shapes of the API. The shapes themselves are generated.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type SignedIn = Schemas["SignedIn"];
export type ApiKey = Schemas["ApiKey"];
export type CreatedApiKey = Schemas["CreatedApiKey"];
export type Theme = Session["user"]["theme"];

export type Project = Schemas["Project"];
export type Board = Schemas["Board"];
export type BoardColumn = Schemas["BoardColumn"];
export type WorkItem = Schemas["WorkItem"];
export type WorkItemChange = Schemas["WorkItemChange"];
export type NewWorkItem = Schemas["NewWorkItem"];
export type Move = Schemas["Move"];
export type Priority = WorkItem["priority"];
export type Kind = WorkItem["kind"];

export type Execution = Schemas["Execution"];
export type ExecutionDetail = Schemas["ExecutionDetail"];
export type ExecutionStatus = Execution["status"];
export type Step = Schemas["Step"];
export type StepStatus = Step["status"];
export type Instance = Schemas["Instance"];
export type Attempt = Schemas["Attempt"];
export type Call = Schemas["Call"];
export type Usage = Schemas["Usage"];

export type Model = Schemas["Model"];
export type Models = Schemas["Models"];

export interface Page<T> {
  items: T[];
  next: string | null;
}
