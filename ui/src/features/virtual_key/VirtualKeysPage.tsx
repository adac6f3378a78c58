import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { VirtualKey } from "@/api/gateway";
import { virtualKeysOptions } from "@/api/virtualKeys";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { SearchBox } from "@/kit/SearchBox";
import { Skeleton } from "@/kit/Skeleton";
import { matches } from "@/lib/matches";
import { VirtualKeyDialog } from "./VirtualKeyDialog";
import { VirtualKeyRow } from "./VirtualKeyRow";

/** From here on a list is searched rather than read. */
const manyKeys = 8;

/** Keys for outside programs that speak to models through us. */
export function VirtualKeysPage() {
  const { t } = useTranslation();
  const query = useQuery(virtualKeysOptions);
  const [edited, setEdited] = useState<VirtualKey | "new" | null>(null);
  const [typed, setTyped] = useState("");
  const [showsRevoked, setShowsRevoked] = useState(false);
  const create = (
    <Button tone="primary" onClick={() => setEdited("new")}>
      <Plus aria-hidden />
      {t("virtualKey.create")}
    </Button>
  );
  return (
    <Page title={t("nav.virtualKeys")} actions={query.data && query.data.length > 0 && create}>
      <Loaded query={query} skeleton={<Skeleton className="h-48" />}>
        {(all) => {
          const shown = all.filter(
            (each) =>
              (showsRevoked || !each.revoked_at) &&
              matches(typed, [each.name, each.prefix, each.project, ...each.models]),
          );
          const revoked = all.filter((each) => each.revoked_at).length;
          return all.length === 0 ? (
            <EmptyState
              icon={KeyRound}
              title={t("virtualKey.none")}
              text={t("virtualKey.noneText")}
            >
              {create}
            </EmptyState>
          ) : (
            <>
              <p className="mb-4 max-w-prose text-muted text-sm">{t("virtualKey.noneText")}</p>
              {all.length > manyKeys && (
                <SearchBox label={t("virtualKey.search")} value={typed} onChange={setTyped} />
              )}
              {shown.length === 0 && typed !== "" && (
                <p role="status" className="py-8 text-center text-muted text-sm">
                  {t("list.noneWith")}
                </p>
              )}
              {shown.length > 0 && (
                <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
                  {shown.map((virtualKey) => (
                    <VirtualKeyRow
                      key={virtualKey.id}
                      virtualKey={virtualKey}
                      onEdit={() => setEdited(virtualKey)}
                    />
                  ))}
                </ul>
              )}
              {revoked > 0 && (
                <Button
                  tone="ghost"
                  className="mt-2"
                  aria-pressed={showsRevoked}
                  onClick={() => setShowsRevoked(!showsRevoked)}
                >
                  {showsRevoked
                    ? t("virtualKey.hideRevoked")
                    : t("virtualKey.showRevoked", { count: revoked })}
                </Button>
              )}
            </>
          );
        }}
      </Loaded>
      {edited && (
        <VirtualKeyDialog
          key={edited === "new" ? "new" : edited.id}
          virtualKey={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
    </Page>
  );
}
