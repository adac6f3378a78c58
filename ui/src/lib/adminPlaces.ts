// The places of administration: who may go there, and what leads there.
import { ChartColumn, KeyRound, LockKeyhole, Server } from "lucide-react";
import type { components } from "@/api/schema";

type Permission = components["schemas"]["Permission"];

export const adminPlaces = [
  { to: "/admin/platforms", icon: Server, name: "nav.platforms", needs: "manage_platforms" },
  { to: "/admin/usage", icon: ChartColumn, name: "nav.costs", needs: "view_costs" },
  {
    to: "/admin/virtual-keys",
    icon: KeyRound,
    name: "nav.virtualKeys",
    needs: "manage_virtual_keys",
  },
  { to: "/admin/encryption", icon: LockKeyhole, name: "nav.encryption", needs: "manage_settings" },
] as const satisfies readonly { needs: Permission; [part: string]: unknown }[];
