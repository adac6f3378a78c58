import { useNavigate, useParams } from "@tanstack/react-router";
import { ItemPanel } from "@/features/work_item/ItemPanel";

export function ItemSheet() {
  const { key, itemKey } = useParams({ from: "/shell/projects/$key/$itemKey" });
  const navigate = useNavigate();
  return (
    <ItemPanel
      key={itemKey}
      projectKey={key}
      itemKey={itemKey}
      onClose={() =>
        void navigate({ to: "/projects/$key", params: { key }, search: true, resetScroll: false })
      }
    />
  );
}
