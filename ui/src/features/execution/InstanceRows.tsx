import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Step } from "@/api/types";
import { Button } from "@/kit/Button";
import { tellingOf } from "@/lib/instances";
import { barsOf, type Span } from "@/lib/waterfall";
import { TimelineRow } from "./TimelineRow";
import type { Selection } from "./useSelection";

interface Props {
  step: Step;
  span: Span;
  selection: Selection;
}

/** So many rows come at a time. */
const part = 100;

/** The instances of a step that fanned out, beneath it. */
export function InstanceRows({ step, span, selection }: Props) {
  const { t } = useTranslation();
  const [most, setMost] = useState(part);
  const shown = tellingOf(step.instances, most);
  return (
    <ol>
      {shown.map((instance) => (
        <li key={instance.index}>
          <TimelineRow
            isNested
            name={instance.label}
            status={instance.status}
            bars={barsOf(step, [instance], span)}
            isSelected={selection.step?.id === step.id && selection.instance === instance.index}
            onSelect={() => selection.select(step.id, instance.index)}
          />
        </li>
      ))}
      {shown.length < step.instances.length && (
        <li className="py-1 ps-9">
          <Button size="sm" onClick={() => setMost(most + part)}>
            {t("action.more")}
          </Button>
        </li>
      )}
    </ol>
  );
}
