import { type ComponentProps, useId } from "react";
import { Input } from "./Input";

interface Props extends ComponentProps<"input"> {
  suggestions: readonly string[];
}

/** Anything may be typed; what is known is offered. */
export function SuggestInput({ suggestions, ...props }: Props) {
  const listId = useId();
  return (
    <>
      <Input {...props} list={listId} />
      <datalist id={listId}>
        {suggestions.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </>
  );
}
