import { useTranslation } from "react-i18next";
import type { Board } from "@/api/types";
import { Modal } from "@/kit/Modal";
import { NewItemForm } from "./NewItemForm";

interface Props {
  board: Board;
  /** Null while nothing is being created. */
  column: string | null;
  onClose: () => void;
}

export function NewItem({ board, column, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal isOpen={column !== null} onClose={onClose} title={t("item.new")}>
      {column !== null && <NewItemForm board={board} column={column} onClose={onClose} />}
    </Modal>
  );
}
