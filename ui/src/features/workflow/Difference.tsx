import { useQuery } from "@tanstack/react-query";
import { diffOptions } from "@/api/workflows";
import { DiffView } from "@/kit/DiffView";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { Changes } from "./Changes";

interface Props {
  label: string;
  slug: string;
  from: number;
  to: number;
  /** It stands in a column that has no room for two texts. */
  isInColumn?: boolean;
}

/** What changed from one revision to another, in meaning and as text. */
export function Difference({ label, slug, from, to, isInColumn }: Props) {
  const query = useQuery(diffOptions(slug, from, to));
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-60" />}>
      {(diff) => (
        <>
          <Changes changes={diff.changes} />
          <DiffView
            label={label}
            before={diff.text_before}
            after={diff.text_after}
            isInColumn={isInColumn}
          />
        </>
      )}
    </Loaded>
  );
}
