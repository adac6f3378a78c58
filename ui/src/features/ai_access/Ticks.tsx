import { useTranslation } from "react-i18next";
import { Button } from "@/kit/Button";
import { cn } from "@/lib/cn";
import type { OptionGroup } from "./options";

interface Props {
  group: OptionGroup;
  value: string[];
  onTick: (names: string[], isOn: boolean) => void;
}

/** A group of things to tick; one with a name is ticked and cleared as a whole too. */
export function Ticks({ group, value, onTick }: Props) {
  const { t } = useTranslation();
  const { name, options } = group;
  const list = (
    <ul className="clear-both">
      {options.map((option) => (
        <li key={option.value}>
          <label className="flex min-h-8 items-center gap-2 rounded px-2 text-sm hover:bg-hover max-md:min-h-10">
            <input
              type="checkbox"
              className="size-4 shrink-0 accent-accent"
              checked={value.includes(option.value)}
              onChange={(event) => onTick([option.value], event.target.checked)}
            />
            <bdi
              className={cn("min-w-0 break-words", option.isCode && "break-all font-mono text-xs")}
            >
              {option.name}
            </bdi>
          </label>
        </li>
      ))}
    </ul>
  );
  if (name === null) return list;
  const whole = options.map((each) => each.value);
  return (
    <fieldset className="min-w-0">
      <legend className="float-start flex min-h-7 items-center px-2 font-medium text-xs">
        <bdi className="break-all">{name}</bdi>
      </legend>
      <div className="flex justify-end gap-1">
        <Button
          tone="ghost"
          size="sm"
          aria-label={t("access.allOf", { name })}
          onClick={() => onTick(whole, true)}
        >
          {t("access.all")}
        </Button>
        <Button
          tone="ghost"
          size="sm"
          aria-label={t("access.noneOf", { name })}
          onClick={() => onTick(whole, false)}
        >
          {t("access.none")}
        </Button>
      </div>
      {list}
    </fieldset>
  );
}
