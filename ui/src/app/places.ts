import { Activity, CalendarClock, FolderKanban, Inbox, Settings, Workflow } from "lucide-react";

/** Where the navigation leads. Phones have room for five: the rest is one step further. */
export const places = [
  { to: "/projects", icon: FolderKanban, name: "nav.projects", onPhone: true },
  { to: "/approvals", icon: Inbox, name: "nav.approvals", onPhone: true },
  { to: "/executions", icon: Activity, name: "nav.executions", onPhone: true },
  { to: "/workflows", icon: Workflow, name: "nav.workflows", onPhone: true },
  { to: "/triggers", icon: CalendarClock, name: "nav.triggers", onPhone: false },
  { to: "/settings", icon: Settings, name: "nav.settings", onPhone: true },
] as const;
