// The pages of administration: platforms, money, keys.
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { readAccessSearch } from "@/features/ai_access/search";
import { readBudgetSearch } from "@/features/budget/search";
import { readLedger } from "@/features/usage/ledger";
import { readUsage } from "@/features/usage/search";
import { shell } from "./shellRoute";

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

const admin = createRoute({
  getParentRoute: () => shell,
  path: "/admin",
  beforeLoad: () => {
    throw redirect({ to: "/admin/platforms", replace: true });
  },
});

const platformPages = createRoute({
  getParentRoute: () => shell,
  id: "platform-pages",
  component: lazyRouteComponent(() => import("./PlatformPages"), "PlatformPages"),
});

const platforms = createRoute({
  getParentRoute: () => platformPages,
  path: "/admin/platforms",
  component: lazyRouteComponent(() => import("@/features/platform/PlatformsView"), "PlatformsView"),
});

const health = createRoute({
  getParentRoute: () => platformPages,
  path: "/admin/health",
  component: lazyRouteComponent(() => import("@/features/platform/HealthView"), "HealthView"),
});

const modelGroups = createRoute({
  getParentRoute: () => platformPages,
  path: "/admin/model-groups",
  component: lazyRouteComponent(
    () => import("@/features/model_group/ModelGroupsView"),
    "ModelGroupsView",
  ),
});

const prices = createRoute({
  getParentRoute: () => platformPages,
  path: "/admin/prices",
  validateSearch: (search): { platform?: string } => ({ platform: text(search.platform) }),
  component: lazyRouteComponent(() => import("@/features/price/PricesView"), "PricesView"),
});

const costPages = createRoute({
  getParentRoute: () => shell,
  id: "cost-pages",
  component: lazyRouteComponent(() => import("./CostPages"), "CostPages"),
});

const today = createRoute({
  getParentRoute: () => costPages,
  path: "/admin/today",
  component: lazyRouteComponent(() => import("@/features/usage/TodayView"), "TodayView"),
});

const usage = createRoute({
  getParentRoute: () => costPages,
  path: "/admin/usage",
  validateSearch: readUsage,
  component: lazyRouteComponent(() => import("@/features/usage/UsageView"), "UsageView"),
});

const modelCalls = createRoute({
  getParentRoute: () => costPages,
  path: "/admin/model-calls",
  validateSearch: readLedger,
  component: lazyRouteComponent(() => import("@/features/usage/LedgerView"), "LedgerView"),
});

const budgets = createRoute({
  getParentRoute: () => costPages,
  path: "/admin/budgets",
  validateSearch: readBudgetSearch,
  component: lazyRouteComponent(() => import("@/features/budget/BudgetsView"), "BudgetsView"),
});

const rateLimits = createRoute({
  getParentRoute: () => costPages,
  path: "/admin/rate-limits",
  component: lazyRouteComponent(() => import("@/features/budget/RateLimitsView"), "RateLimitsView"),
});

const aiAccess = createRoute({
  getParentRoute: () => shell,
  path: "/admin/ai-access",
  validateSearch: readAccessSearch,
  component: lazyRouteComponent(() => import("@/features/ai_access/AccessPage"), "AccessPage"),
});

const virtualKeys = createRoute({
  getParentRoute: () => shell,
  path: "/admin/virtual-keys",
  component: lazyRouteComponent(
    () => import("@/features/virtual_key/VirtualKeysPage"),
    "VirtualKeysPage",
  ),
});

const encryption = createRoute({
  getParentRoute: () => shell,
  path: "/admin/encryption",
  component: lazyRouteComponent(
    () => import("@/features/encryption/EncryptionPage"),
    "EncryptionPage",
  ),
});

export const adminRoutes = [
  admin,
  platformPages.addChildren([platforms, health, modelGroups, prices]),
  costPages.addChildren([today, usage, budgets, rateLimits, modelCalls]),
  aiAccess,
  virtualKeys,
  encryption,
] as const;
