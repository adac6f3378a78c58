import { CopyButton } from "./CopyButton";
import { ScrollPane } from "./ScrollPane";

/** Code to copy. Always left to right: it is not prose. */
export function Snippet({ text, what }: { text: string; what: string }) {
  return (
    <div className="relative rounded-md border border-line bg-sunken" dir="ltr">
      <ScrollPane label={what}>
        <pre className="p-3 pe-24 font-mono text-xs leading-5">{text}</pre>
      </ScrollPane>
      <div className="absolute end-2 top-2">
        <CopyButton text={text} what={what} />
      </div>
    </div>
  );
}
