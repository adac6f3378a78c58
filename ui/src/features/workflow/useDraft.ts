import { useState } from "react";

/**
 * A text that is edited while others may save theirs. What is saved comes in for as long as nothing
 * was typed; from then on what was typed stays until its writer decides.
 */
export function useDraft(saved: string, beginning?: string) {
  const [text, setText] = useState(beginning ?? saved);
  // What the text is compared with: what it began with, or what was saved of it.
  const [base, setBase] = useState(saved);
  const [seen, setSeen] = useState(saved);
  const [isOvertaken, setOvertaken] = useState(false);
  const takeTheirs = () => {
    setText(saved);
    setBase(saved);
    setOvertaken(false);
  };
  const keepMine = () => {
    setBase(saved);
    setOvertaken(false);
  };
  if (saved !== seen) {
    setSeen(saved);
    if (text === base || text === saved) takeTheirs();
    // One's own text comes back from the server while one types on: that is nobody else's.
    else if (saved !== base) setOvertaken(true);
  }
  return {
    text,
    base,
    setText,
    isChanged: text !== base,
    isOvertaken,
    keepMine,
    takeTheirs,
    didSave: (definition: string) => setBase(definition),
  };
}
