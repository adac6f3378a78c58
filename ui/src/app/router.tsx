import type { QueryClient } from "@tanstack/react-query";
import { createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { readShow } from "@/features/approval/places";
import { readSearch } from "@/features/execution/filter";
import { readView } from "@/features/execution/views";
import { SetupPage } from "@/features/setup/SetupPage";
import { SignInPage } from "@/features/sign_in/SignInPage";
import { readWorkflowView } from "@/features/workflow/views";
import { adminRoutes } from "./adminRoutes";
import { sendGuestOnly } from "./guard";
import { RouteError } from "./RouteError";
import { RoutePending } from "./RoutePending";
import { root, shell } from "./shellRoute";

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  beforeLoad: ({ context }) => sendGuestOnly(context.queryClient, "setup"),
  component: SetupPage,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { next?: string } => ({ next: text(search.next) }),
  beforeLoad: ({ context }) => sendGuestOnly(context.queryClient, "sign-in"),
  component: SignInPage,
});

const index = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/projects", replace: true });
  },
});

const projects = createRoute({
  getParentRoute: () => shell,
  path: "/projects",
  component: lazyRouteComponent(() => import("@/features/project/ProjectsPage"), "ProjectsPage"),
});

const project = createRoute({
  getParentRoute: () => shell,
  path: "/projects/$key",
  validateSearch: (search): { execution?: string } => ({ execution: text(search.execution) }),
  component: lazyRouteComponent(() => import("./ProjectPage"), "ProjectPage"),
});

const item = createRoute({
  getParentRoute: () => project,
  path: "$itemKey",
  component: lazyRouteComponent(() => import("./ItemSheet"), "ItemSheet"),
});

const executions = createRoute({
  getParentRoute: () => shell,
  path: "/executions",
  validateSearch: readSearch,
  component: lazyRouteComponent(
    () => import("@/features/execution/ExecutionsPage"),
    "ExecutionsPage",
  ),
});

const execution = createRoute({
  getParentRoute: () => shell,
  path: "/executions/$id",
  validateSearch: readView,
  component: lazyRouteComponent(() => import("./ExecutionRoute"), "ExecutionRoute"),
});

const approvals = createRoute({
  getParentRoute: () => shell,
  path: "/approvals",
  validateSearch: readShow,
  component: lazyRouteComponent(() => import("@/features/approval/ApprovalsPage"), "ApprovalsPage"),
});

const approval = createRoute({
  getParentRoute: () => shell,
  path: "/approvals/$id",
  component: lazyRouteComponent(() => import("@/features/approval/ApprovalPage"), "ApprovalPage"),
});

const workflows = createRoute({
  getParentRoute: () => shell,
  path: "/workflows",
  validateSearch: (search): { q?: string; archived?: boolean } => ({
    q: text(search.q),
    archived: search.archived === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import("@/features/workflow/WorkflowsPage"), "WorkflowsPage"),
});

const templates = createRoute({
  getParentRoute: () => shell,
  path: "/templates",
  validateSearch: (search): { template?: string; q?: string } => ({
    template: text(search.template),
    q: text(search.q),
  }),
  component: lazyRouteComponent(() => import("@/features/workflow/TemplatesPage"), "TemplatesPage"),
});

const newWorkflow = createRoute({
  getParentRoute: () => shell,
  path: "/workflows/new",
  component: lazyRouteComponent(
    () => import("@/features/workflow/NewWorkflowPage"),
    "NewWorkflowPage",
  ),
});

const workflow = createRoute({
  getParentRoute: () => shell,
  path: "/workflows/$slug",
  validateSearch: readWorkflowView,
  component: lazyRouteComponent(() => import("@/features/workflow/WorkflowPage"), "WorkflowPage"),
});

const triggersIndex = createRoute({
  getParentRoute: () => shell,
  path: "/triggers",
  beforeLoad: () => {
    throw redirect({ to: "/triggers/$kind", params: { kind: "schedules" }, replace: true });
  },
});

const triggers = createRoute({
  getParentRoute: () => shell,
  path: "/triggers/$kind",
  validateSearch: (search): { workflow?: string } => ({ workflow: text(search.workflow) }),
  component: lazyRouteComponent(() => import("@/features/trigger/TriggersPage"), "TriggersPage"),
});

const settingsIndex = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ to: "/settings/$section", params: { section: "profile" }, replace: true });
  },
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings/$section",
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
});

const tree = root.addChildren([
  setup,
  signIn,
  shell.addChildren([
    index,
    projects,
    project.addChildren([item]),
    executions,
    execution,
    approvals,
    approval,
    workflows,
    templates,
    newWorkflow,
    workflow,
    triggersIndex,
    triggers,
    settingsIndex,
    settings,
    ...adminRoutes,
  ]),
]);

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultErrorComponent: RouteError,
    defaultPendingComponent: RoutePending,
    defaultPendingMs: 150,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
