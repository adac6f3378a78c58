// The names the UI uses for the shapes of the API. The shapes themselves are generated; they are
// reached through answers where possible, because those names are part of the contract.
import type { components } from "./schema";

type Schemas = components["schemas"];

/**
 * As the server sends it: what is missing is sent as null, so no field is ever absent, even where
 * the document says that it may be.
 */
export type Filled<T> = T extends (infer Item)[]
  ? Filled<Item>[]
  : T extends object
    ? { [Name in keyof T]-?: Filled<Exclude<T[Name], undefined>> }
    : T;

export type Session = Filled<Schemas["Session"]>;
export type SignedIn = Filled<Schemas["OpenSession"]>;
export type ApiKey = Filled<Schemas["ApiKey"]>;
export type CreatedApiKey = Filled<Schemas["CreatedApiKey"]>;

export type Project = Filled<Schemas["Project"]>;
export type Board = Filled<Schemas["Board"]>;
export type BoardColumn = Board["columns"][number];
export type WorkItem = Filled<Schemas["WorkItem"]>;
export type WorkItemChange = Schemas["WorkItemChange"];
export type NewWorkItem = Schemas["NewWorkItem"];
export type Move = Schemas["Move"];
export type Priority = WorkItem["priority"];
export type Kind = WorkItem["kind"];

export type { Attempt, Execution, ExecutionDetail, Instance, Step } from "./workflow-engine";
export type Call = Filled<Schemas["AttemptCall"]>;
export type Usage = Filled<Schemas["Usage"]>;

export type Models = Filled<Schemas["ModelList"]>;
export type Model = Models["items"][number];
