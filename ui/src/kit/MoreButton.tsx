import { useTranslation } from "react-i18next";
import { Button } from "./Button";

interface Props {
  query: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => unknown;
  };
}

/** The way on in a list that comes page by page, while there is one. */
export function MoreButton({ query }: Props) {
  const { t } = useTranslation();
  if (!query.hasNextPage) return null;
  return (
    <Button
      className="mx-auto mt-4 flex"
      isBusy={query.isFetchingNextPage}
      onClick={() => void query.fetchNextPage()}
    >
      {t("action.more")}
    </Button>
  );
}
