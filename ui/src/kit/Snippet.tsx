import { CopyButton } from "./CopyButton";

/** Code to copy. Always left to right: it is not prose. */
export function Snippet({ text, what }: { text: string; what: string }) {
  return (
    <div className="relative rounded-md border border-line bg-sunken" dir="ltr">
      <section
        aria-label={what}
        // A block that scrolls must be reachable by keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways
        tabIndex={0}
        className="overflow-x-auto rounded-md"
      >
        <pre className="p-3 pe-24 font-mono text-xs leading-5">{text}</pre>
      </section>
      <div className="absolute end-2 top-2">
        <CopyButton text={text} what={what} />
      </div>
    </div>
  );
}
