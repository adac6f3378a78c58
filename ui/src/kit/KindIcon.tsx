import { Bookmark, Bug, Layers, SquareCheck } from "lucide-react";
import { useTranslation } from "react-i18next";

const icons = { epic: Layers, story: Bookmark, task: SquareCheck, bug: Bug };

export function KindIcon({ kind }: { kind: keyof typeof icons }) {
  const { t } = useTranslation();
  const Icon = icons[kind];
  const name = t(`kind.${kind}`);
  return (
    <span title={name} className={kind === "bug" ? "text-danger" : "text-accent"}>
      <Icon className="size-3.5" aria-hidden />
      <span className="sr-only">{name}</span>
    </span>
  );
}
