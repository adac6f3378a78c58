import { useTranslation } from "react-i18next";
import type { FieldFault } from "@/lib/problem";
import { AmountField } from "./AmountField";

interface Props {
  requests: string;
  tokens: string;
  errorOf: (field: "requests_per_minute" | "tokens_per_minute") => FieldFault | undefined;
  onChange: (change: { requests?: string; tokens?: string }) => void;
}

/** How many requests and tokens a minute; they stand in the grid of whoever asks for them. */
export function PerMinuteFields({ requests, tokens, errorOf, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <AmountField
        label={t("limit.requests")}
        hint={t("limit.emptyIsNone")}
        error={errorOf("requests_per_minute")}
        value={requests}
        onChange={(value) => onChange({ requests: value })}
      />
      <AmountField
        label={t("limit.tokens")}
        hint={t("limit.emptyIsNone")}
        error={errorOf("tokens_per_minute")}
        value={tokens}
        onChange={(value) => onChange({ tokens: value })}
      />
    </>
  );
}
