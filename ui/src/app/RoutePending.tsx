import { useTranslation } from "react-i18next";
import { Skeleton } from "@/kit/Skeleton";

export function RoutePending() {
  const { t } = useTranslation();
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-4 px-4 py-6 md:px-8">
      <span role="status" className="sr-only">
        {t("state.loading")}
      </span>
      <Skeleton className="h-8 w-48" />
      <Skeleton className="h-24" />
      <Skeleton className="h-24" />
    </div>
  );
}
