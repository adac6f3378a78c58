import { Bot, FlaskConical } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "./Badge";

interface Props {
  origin: { agent: string | null; step: string; scripted: boolean };
  className?: string;
}

/** Says that a card was made by an agent, and whether a real model had a hand in it. */
export function OriginBadge({ origin, className }: Props) {
  const { t } = useTranslation();
  const agent = origin.agent ?? origin.step;
  const text = origin.scripted ? t("origin.scriptedBy", { agent }) : t("origin.madeBy", { agent });
  const Icon = origin.scripted ? FlaskConical : Bot;
  return (
    <Badge className={className} title={text}>
      <Icon aria-hidden />
      {origin.scripted ? t("origin.scripted") : <bdi className="min-w-0 truncate">{agent}</bdi>}
      <span className="sr-only">{text}</span>
    </Badge>
  );
}
