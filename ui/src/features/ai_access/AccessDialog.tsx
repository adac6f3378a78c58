import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { accessOptions } from "@/api/access";
import { budgetsOptions } from "@/api/costs";
import { usePersonName } from "@/api/people";
import { useCan } from "@/api/useCan";
import { Loaded } from "@/kit/Loaded";
import { Modal } from "@/kit/Modal";
import { Skeleton } from "@/kit/Skeleton";
import { AccessForm } from "./AccessForm";

interface Props {
  userId: string;
  onClose: () => void;
}

/** What one person may use and spend, read anew each time it opens. */
export function AccessDialog({ userId, onClose }: Props) {
  const { t } = useTranslation();
  const personName = usePersonName();
  const seesCosts = useCan("view_costs");
  const access = useQuery(accessOptions(userId));
  const budgets = useQuery({ ...budgetsOptions, enabled: seesCosts });
  const skeleton = <Skeleton className="m-5 h-64" />;
  return (
    <Modal
      isOpen
      isWide
      onClose={onClose}
      title={access.data ? t("access.editTitle", { name: access.data.name }) : t("nav.aiAccess")}
      description={t("access.editText")}
    >
      <Loaded query={access} skeleton={skeleton}>
        {(one) => {
          const changedBy = one.updated_by === null ? null : personName(one.updated_by);
          const form = (list: typeof budgets.data | null) => (
            <AccessForm
              access={one}
              budgets={list ?? null}
              changedBy={changedBy}
              onClose={onClose}
            />
          );
          if (!seesCosts) return form(null);
          return (
            <Loaded query={budgets} skeleton={skeleton}>
              {form}
            </Loaded>
          );
        }}
      </Loaded>
    </Modal>
  );
}
