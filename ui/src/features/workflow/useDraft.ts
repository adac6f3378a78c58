import { useState } from "react";

/** A text as it was saved, and which revision it is: none where nothing is saved yet. */
export interface SavedText {
  text: string;
  revision: number | null;
}

/**
 * A text that is edited while others may save theirs. What is saved comes in for as long as nothing
 * was typed; from then on what was typed stays until its writer decides. `base` is what the writer
 * has seen of the saved ones: only after that revision may the text be saved.
 */
export function useDraft(saved: SavedText, beginning?: string) {
  const [text, setText] = useState(beginning ?? saved.text);
  const [base, setBase] = useState(saved);
  const [seen, setSeen] = useState(saved);
  const [isOvertaken, setOvertaken] = useState(false);
  const keepMine = () => {
    setBase(saved);
    setOvertaken(false);
  };
  const takeTheirs = () => {
    setText(saved.text);
    keepMine();
  };
  if (saved.text !== seen.text || saved.revision !== seen.revision) {
    setSeen(saved);
    if (text === base.text || text === saved.text) takeTheirs();
    // One's own text comes back from the server while one types on, or theirs says the same.
    else if (saved.text === base.text) keepMine();
    else setOvertaken(true);
  }
  return {
    text,
    base,
    setText,
    isChanged: text !== base.text,
    isOvertaken,
    keepMine,
    takeTheirs,
    didSave: setBase,
  };
}
