// The pages of administration: platforms, money, keys.
import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
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

export const adminRoutes = [
  admin,
  platformPages.addChildren([platforms, health, modelGroups, prices]),
] as const;
