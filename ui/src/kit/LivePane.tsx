import { useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { ScrollPane } from "./ScrollPane";

/** So near the end a reader wants to see what comes. */
const nearPx = 24;

/** Text as a model writes it, following the end until the reader scrolls back. Silent for screen
 * readers: it would never stop. */
export function LivePane({ text, className }: { text: string; className?: string }) {
  const { t } = useTranslation();
  const pane = useRef<HTMLDivElement>(null);
  const isFollowing = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the end whenever text grows
  useLayoutEffect(() => {
    if (pane.current && isFollowing.current) pane.current.scrollTop = pane.current.scrollHeight;
  }, [text]);
  return (
    <ScrollPane
      ref={pane}
      label={t("execution.liveText")}
      className={cn("bg-sunken p-3", className)}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isFollowing.current = scrollHeight - scrollTop - clientHeight < nearPx;
      }}
    >
      {text === "" ? (
        <p className="text-muted text-xs">{t("execution.waitingForText")}</p>
      ) : (
        <pre dir="auto" className="whitespace-pre-wrap break-words font-mono text-xs leading-5">
          {text}
        </pre>
      )}
    </ScrollPane>
  );
}
