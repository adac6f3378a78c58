import { CopyButton } from "./CopyButton";
import { ScrollPane } from "./ScrollPane";

/**
 * Code to copy. Always left to right: it is not prose. On phones the button stands below, because
 * there it would lie on the code.
 */
export function Snippet({ text, what }: { text: string; what: string }) {
  return (
    <div className="relative rounded-md border border-line bg-sunken" dir="ltr">
      <ScrollPane label={what}>
        <pre className="p-3 font-mono text-xs leading-5 md:pe-24">{text}</pre>
      </ScrollPane>
      <div className="flex justify-end p-2 pt-0 md:absolute md:end-2 md:top-2 md:p-0">
        <CopyButton text={text} what={what} />
      </div>
    </div>
  );
}
