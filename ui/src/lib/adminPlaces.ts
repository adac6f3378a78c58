// The places of administration: who may go there, what leads there, and what else is lit by it.
import { ChartColumn, KeyRound, LockKeyhole, Server, UserRoundCog } from "lucide-react";
import type { components } from "@/api/schema";

type Permission = components["schemas"]["Permission"];

export const adminPlaces = [
  {
    to: "/admin/platforms",
    icon: Server,
    name: "nav.platforms",
    needs: "manage_platforms",
    also: ["/admin/health", "/admin/model-groups", "/admin/prices"],
  },
  {
    to: "/admin/today",
    icon: ChartColumn,
    name: "nav.costs",
    needs: "view_costs",
    also: ["/admin/usage", "/admin/budgets", "/admin/rate-limits", "/admin/model-calls"],
  },
  {
    to: "/admin/ai-access",
    icon: UserRoundCog,
    name: "nav.aiAccess",
    needs: "view_costs",
    also: [],
  },
  {
    to: "/admin/virtual-keys",
    icon: KeyRound,
    name: "nav.virtualKeys",
    needs: "manage_virtual_keys",
    also: [],
  },
  {
    to: "/admin/encryption",
    icon: LockKeyhole,
    name: "nav.encryption",
    needs: "manage_settings",
    also: [],
  },
] as const satisfies readonly {
  needs: Permission;
  also: readonly string[];
  [part: string]: unknown;
}[];
