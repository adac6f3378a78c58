import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { Platform } from "@/api/gateway";
import { keys } from "@/api/keys";
import { changePlatform } from "@/api/platforms";
import { Button } from "@/kit/Button";
import { Modal } from "@/kit/Modal";
import { Notice } from "@/kit/Notice";
import { ReorderList } from "@/kit/order/ReorderList";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { moved } from "@/lib/reorder";
import { useFormats } from "@/lib/useFormats";
import { useKindName } from "./useKindName";

interface Props {
  /** Those that can be changed here. */
  platforms: Platform[];
  onClose: () => void;
}

/** Who steps in for whom: the order in which platforms with the same model are tried. */
export function OrderDialog({ platforms, onClose }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const nameOf = useKindName();
  const queryClient = useQueryClient();
  const [order, setOrder] = useState(() =>
    platforms
      .filter((each) => each.fallback_order > 0)
      .sort((one, other) => one.fallback_order - other.fallback_order)
      .map((each) => each.name),
  );
  const find = (name: string) => platforms.find((each) => each.name === name);
  const others = platforms.filter((each) => !order.includes(each.name));
  const save = useMutation({
    mutationFn: async () => {
      for (const platform of platforms) {
        const fallback_order = order.indexOf(platform.name) + 1;
        if (platform.id === null || platform.fallback_order === fallback_order) continue;
        await changePlatform(platform.id, { version: platform.version, fallback_order }, false);
      }
    },
    onSuccess: () => {
      toast.success(t("settings.saved"));
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.platforms }),
  });
  return (
    <Modal
      isOpen
      onClose={onClose}
      title={t("platform.orderTitle")}
      description={t("platform.orderText")}
    >
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5">
        {order.length === 0 && <Notice>{t("platform.orderNone")}</Notice>}
        <ReorderList
          label={t("platform.orderTitle")}
          items={order}
          keyOf={(name) => name}
          nameOf={(name) => name}
          onMove={(from, to) => setOrder(moved(order, from, to))}
        >
          {(name, index) => (
            <div className="flex items-center gap-2 text-sm">
              <span className="w-5 text-center text-muted tabular-nums">
                {formats.number(index + 1)}
              </span>
              <bdi className="min-w-0 truncate font-medium">{name}</bdi>
              <span className="truncate text-muted text-xs max-sm:hidden">
                {nameOf(find(name)?.kind ?? "custom")}
              </span>
              <Button
                tone="ghost"
                size="tiny"
                className="ms-auto"
                aria-label={t("platform.orderOut", { name })}
                onClick={() => setOrder(order.filter((each) => each !== name))}
              >
                <X aria-hidden />
              </Button>
            </div>
          )}
        </ReorderList>
        {others.length > 0 && (
          <section aria-label={t("platform.orderRest")}>
            <h3 className="mb-1 font-medium text-muted text-xs">{t("platform.orderRest")}</h3>
            <ul className="flex flex-wrap gap-2">
              {others.map(({ name }) => (
                <li key={name}>
                  <Button
                    size="sm"
                    aria-label={t("platform.orderIn", { name })}
                    onClick={() => setOrder([...order, name])}
                  >
                    <Plus aria-hidden />
                    <bdi>{name}</bdi>
                  </Button>
                </li>
              ))}
            </ul>
          </section>
        )}
        <ProblemNotice error={save.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button tone="primary" isBusy={save.isPending} onClick={() => save.mutate()}>
            {t("action.save")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
