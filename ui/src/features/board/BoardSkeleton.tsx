import { Skeleton } from "@/kit/Skeleton";

export function BoardSkeleton() {
  return (
    <div className="flex gap-3 overflow-hidden px-4 pt-3 md:px-6">
      {[3, 2, 1, 1, 0, 2].map((cards, at) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of shapes
          key={at}
          className="flex w-64 shrink-0 flex-col gap-2 rounded-lg bg-sunken p-2"
        >
          <Skeleton className="h-5 w-24" />
          {Array.from({ length: cards }, (_, card) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of shapes
            <Skeleton key={card} className="h-24" />
          ))}
        </div>
      ))}
    </div>
  );
}
