import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { priceRuleOptions, setPriceRule } from "@/api/costs";
import { keys } from "@/api/keys";
import { Choices } from "@/kit/Choices";
import { Loaded } from "@/kit/Loaded";
import { Panel } from "@/kit/Panel";
import { Skeleton } from "@/kit/Skeleton";
import { toastProblem } from "@/kit/toastProblem";

/** What happens to calls whose price nobody knows. They are never taken for free. */
export function RulePanel() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const query = useQuery(priceRuleOptions);
  const change = useMutation({
    mutationFn: setPriceRule,
    onSuccess: ({ unknown_price }) => {
      queryClient.setQueryData(keys.priceRule, unknown_price);
      toast.success(t("settings.saved"));
    },
    onError: (error) => toastProblem(error),
  });
  return (
    <Panel title={t("price.rule")} text={t("price.ruleText")}>
      <Loaded query={query} skeleton={<Skeleton className="h-16" />}>
        {(rule) => {
          const shown = change.isPending ? change.variables : rule;
          return (
            <>
              <Choices
                label={t("price.rule")}
                isLabelHidden
                value={shown}
                options={[
                  { value: "flag", name: t("price.ruleIs.flag") },
                  { value: "refuse", name: t("price.ruleIs.refuse") },
                ]}
                onChange={(next) => change.mutate(next)}
              />
              <p className="mt-2 text-muted text-sm">{t(`price.ruleHint.${shown}`)}</p>
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}
