import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { boardOptions, itemOptions } from "@/api/projects";
import type { Board } from "@/api/types";
import { Key } from "@/kit/Key";
import { KindIcon } from "@/kit/KindIcon";
import { Loaded } from "@/kit/Loaded";
import { Modal } from "@/kit/Modal";
import { Skeleton } from "@/kit/Skeleton";
import { findItem } from "@/lib/board";
import { ItemForm } from "./ItemForm";

interface Props {
  projectKey: string;
  itemKey: string;
  onClose: () => void;
}

export function ItemPanel({ projectKey, itemKey, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { data: board } = useQuery(boardOptions(projectKey));
  const query = useQuery({
    ...itemOptions(itemKey),
    // The card that was clicked already knows everything: show it at once, check it behind.
    initialData: () => {
      const known = queryClient.getQueryData<Board>(keys.board(projectKey));
      return known && findItem(known, itemKey);
    },
    initialDataUpdatedAt: 0,
  });
  return (
    <Modal
      side
      isOpen
      onClose={onClose}
      title={
        <span className="flex h-6 items-center gap-2">
          {query.data && <KindIcon kind={query.data.kind} />}
          <Key className="text-sm">{itemKey}</Key>
          <span className="sr-only">{query.data?.title ?? t("state.loading")}</span>
        </span>
      }
    >
      <Loaded
        query={query}
        skeleton={
          <div className="flex flex-col gap-4 p-5">
            <Skeleton className="h-8" />
            <Skeleton className="h-40" />
            <Skeleton className="h-24" />
          </div>
        }
      >
        {(item) => <ItemForm projectKey={projectKey} item={item} board={board} onClose={onClose} />}
      </Loaded>
    </Modal>
  );
}
