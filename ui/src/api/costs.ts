// Prices, what was used, and the limits of spending.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, askPage, askText, place } from "./ask";
import { idempotent } from "./client";
import type {
  Budget,
  ModelCall,
  ModelPrice,
  NewBudget,
  RateLimit,
  UnknownPrice,
  UsageGroup,
  UsageReport,
} from "./gateway-costs";
import { keys } from "./keys";

export const pricesOptions = queryOptions({
  queryKey: keys.prices,
  queryFn: async () => (await askPage<ModelPrice>("/prices")).items,
});

/** All or none; a price of the same platform, model and day is replaced. */
export const setPrices = (body: ModelPrice[]) =>
  ask<{ imported: number }>("POST", "/prices", { body });

export const deletePrice = ({ platform, model, valid_from }: ModelPrice) =>
  ask<null>("DELETE", "/prices", { query: { platform, model, valid_from } });

export const priceRuleOptions = queryOptions({
  queryKey: keys.priceRule,
  queryFn: async () =>
    (await ask<{ unknown_price: UnknownPrice }>("GET", "/prices/rule")).unknown_price,
});

export const setPriceRule = (unknown_price: UnknownPrice) =>
  ask<{ unknown_price: UnknownPrice }>("PUT", "/prices/rule", { body: { unknown_price } });

export interface UsageWish {
  group_by: UsageGroup;
  /** The first and the last day, both part of it. */
  from?: string;
  to?: string;
}

export const usageOptions = (wish: UsageWish) =>
  queryOptions({
    queryKey: keys.usage(wish),
    queryFn: () => ask<UsageReport>("GET", "/usage", { query: { ...wish } }),
  });

export const usageTable = (wish: UsageWish) => askText("/usage", { ...wish, format: "csv" });

export const modelCallsOptions = (execution: string | undefined) =>
  infiniteQueryOptions({
    queryKey: keys.modelCalls(execution),
    queryFn: ({ pageParam }) =>
      askPage<ModelCall>("/model-calls", { execution, limit: 50, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const budgetsOptions = queryOptions({
  queryKey: keys.budgets,
  queryFn: async () => (await askPage<Budget>("/budgets", { limit: 200 })).items,
});

export const createBudget = (body: NewBudget) =>
  ask<Budget>("POST", "/budgets", { body, headers: idempotent() });

export interface BudgetChange {
  version: number;
  cap_micros?: number;
  on_exceeded?: string;
  is_active?: boolean;
}

export const changeBudget = (id: string, body: BudgetChange) =>
  ask<Budget>("PATCH", place("/budgets/{id}", { id }), { body });

export const deleteBudget = (id: string) => ask<null>("DELETE", place("/budgets/{id}", { id }));

export const rateLimitsOptions = queryOptions({
  queryKey: keys.rateLimits,
  queryFn: async () => (await ask<{ items: RateLimit[] }>("GET", "/rate-limits")).items,
});

export type RateLimitWish = Omit<RateLimit, "version" | "updated_at">;

export const setRateLimit = (body: RateLimitWish) =>
  ask<{ items: RateLimit[] }>("PUT", "/rate-limits", { body });

export const deleteRateLimit = ({ scope, scope_id }: RateLimitWish) =>
  ask<null>("DELETE", "/rate-limits", { query: { scope, scope_id } });
