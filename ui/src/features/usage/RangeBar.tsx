import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choices } from "@/kit/Choices";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { daysOf, type Range, ranges, type UsageSearch } from "./search";

interface Props {
  search: UsageSearch;
  onChange: (change: Partial<UsageSearch>) => void;
}

/** Which days: the last so many, this month, or between two. */
export function RangeBar({ search, onChange }: Props) {
  const { t } = useTranslation();
  const hasDays = search.from !== undefined || search.to !== undefined;
  const [isCustom, setCustom] = useState(hasDays);
  const days = daysOf(search, Date.now());
  const current: Range | "custom" = isCustom ? "custom" : (search.range ?? "30d");
  return (
    <div className="flex flex-wrap items-end gap-2">
      <Choices
        label={t("usage.range")}
        isLabelHidden
        value={current}
        options={[
          ...ranges.map((each) => ({ value: each, name: t(`usage.rangeIs.${each}`) })),
          { value: "custom" as const, name: t("execution.customTime") },
        ]}
        onChange={(value) => {
          setCustom(value === "custom");
          onChange(
            value === "custom"
              ? { range: undefined, ...days }
              : { range: value === "30d" ? undefined : value, from: undefined, to: undefined },
          );
        }}
      />
      {isCustom && (
        <div className="flex flex-wrap gap-2">
          {(["from", "to"] as const).map((end) => (
            <Field
              key={end}
              label={end === "from" ? t("execution.fromDay") : t("execution.toDay")}
              isLabelHidden
              className="w-36"
            >
              {(control) => (
                <Input
                  {...control}
                  type="date"
                  value={days[end]}
                  onChange={(event) => onChange({ [end]: event.target.value || undefined })}
                />
              )}
            </Field>
          ))}
        </div>
      )}
    </div>
  );
}
