// Prices, what was used, and the limits of spending.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { askText } from "./ask";
import { client, idempotent, take } from "./client";
import { everyPage } from "./everyPage";
import type {
  BudgetChange,
  ModelPrice,
  NewBudget,
  RateLimitWish,
  UnknownPrice,
  UsageGroup,
} from "./gateway";
import { keys } from "./keys";
import type { operations } from "./schema";

export const pricesOptions = queryOptions({
  queryKey: keys.prices,
  queryFn: async () => (await take(client.GET("/api/v1/prices"))).items,
});

/** All or none; a price of the same platform, model and day is replaced. */
export const setPrices = (body: ModelPrice[]) => take(client.POST("/api/v1/prices", { body }));

export const deletePrice = ({ platform, model, valid_from }: ModelPrice) =>
  take(
    client.DELETE("/api/v1/prices", {
      params: { query: { platform, model: model ?? undefined, valid_from } },
    }),
  );

export const priceRuleOptions = queryOptions({
  queryKey: keys.priceRule,
  queryFn: async () => (await take(client.GET("/api/v1/prices/rule"))).unknown_price,
});

export const setPriceRule = (unknown_price: UnknownPrice) =>
  take(client.PUT("/api/v1/prices/rule", { body: { unknown_price } }));

export interface UsageWish {
  group_by: UsageGroup;
  /** The first and the last day, both part of it. */
  from?: string;
  to?: string;
}

export const usageOptions = (wish: UsageWish) =>
  queryOptions({
    queryKey: keys.usage(wish),
    queryFn: () => take(client.GET("/api/v1/usage", { params: { query: wish } })),
  });

export const usageTable = (wish: UsageWish) => askText("/usage", { ...wish, format: "csv" });

/** Which calls; what is absent does not matter. Days are days in UTC, both part of it. */
export type CallFilter = Omit<
  NonNullable<operations["list_model_calls"]["parameters"]["query"]>,
  "limit" | "cursor"
>;

/** The newest first. */
export const modelCallsOptions = (filter: CallFilter) =>
  infiniteQueryOptions({
    queryKey: keys.modelCalls(filter),
    queryFn: ({ pageParam }) =>
      take(
        client.GET("/api/v1/model-calls", {
          params: { query: { ...filter, limit: 50, cursor: pageParam ?? undefined } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const budgetsOptions = queryOptions({
  queryKey: keys.budgets,
  queryFn: () =>
    everyPage((cursor) =>
      take(client.GET("/api/v1/budgets", { params: { query: { limit: 200, cursor } } })),
    ),
});

export const createBudget = (body: NewBudget) =>
  take(client.POST("/api/v1/budgets", { params: { header: idempotent() }, body }));

export const changeBudget = (id: string, body: BudgetChange) =>
  take(client.PATCH("/api/v1/budgets/{id}", { params: { path: { id } }, body }));

export const deleteBudget = (id: string) =>
  take(client.DELETE("/api/v1/budgets/{id}", { params: { path: { id } } }));

export const rateLimitsOptions = queryOptions({
  queryKey: keys.rateLimits,
  queryFn: async () => (await take(client.GET("/api/v1/rate-limits"))).items,
});

export const setRateLimit = (body: RateLimitWish) =>
  take(client.PUT("/api/v1/rate-limits", { body }));

export const deleteRateLimit = ({ scope, scope_id }: RateLimitWish) =>
  take(client.DELETE("/api/v1/rate-limits", { params: { query: { scope, scope_id } } }));
