import { useEffect, useState } from "react";
import { onAnnounce } from "./announce";

export function Announcer() {
  const [text, setText] = useState("");
  useEffect(
    () =>
      onAnnounce((next) => {
        // The same sentence twice is not read twice unless the node empties in between.
        setText("");
        requestAnimationFrame(() => setText(next));
      }),
    [],
  );
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {text}
    </div>
  );
}
