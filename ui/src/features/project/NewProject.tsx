import { useTranslation } from "react-i18next";
import { Modal } from "@/kit/Modal";
import { NewProjectForm } from "./NewProjectForm";

export function NewProject({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      isOpen={isOpen}
      onClose={onClose}
      title={t("project.create")}
      description={t("project.createText")}
    >
      <NewProjectForm onClose={onClose} />
    </Modal>
  );
}
