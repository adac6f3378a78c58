import { Activity, FolderKanban, Settings } from "lucide-react";

/** Where the navigation leads, on wide screens and on phones. */
export const places = [
  { to: "/projects", icon: FolderKanban, name: "nav.projects" },
  { to: "/executions", icon: Activity, name: "nav.executions" },
  { to: "/settings", icon: Settings, name: "nav.settings" },
] as const;
