import { Fragment, type ReactNode, useMemo } from "react";
import { cn } from "@/lib/cn";
import { type Block, type Inline, parseMarkdown } from "@/lib/markdown";

/** Shows Markdown. It is built from elements, never from HTML, so that no text can do anything. */
export function Markdown({ text, className }: { text: string; className?: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div dir="auto" className={cn("flex flex-col gap-2 break-words text-sm", className)}>
      <Blocks blocks={blocks} />
    </div>
  );
}

function Blocks({ blocks }: { blocks: Block[] }) {
  return blocks.map((block, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no name but their place
    <Fragment key={at}>{shown(block)}</Fragment>
  ));
}

function shown(block: Block): ReactNode {
  switch (block.kind) {
    case "paragraph":
      return (
        <p className="whitespace-pre-line">
          <Words nodes={block.children} />
        </p>
      );
    case "heading":
      // Titles inside a message must not join the headings of the page.
      return (
        <p className={cn("font-semibold", block.level === 1 && "text-base")}>
          <Words nodes={block.children} />
        </p>
      );
    case "code":
      return (
        <pre
          dir="ltr"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
          tabIndex={0}
          className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs leading-5"
        >
          {block.text}
        </pre>
      );
    case "quote":
      return (
        <blockquote className="flex flex-col gap-2 border-line border-s-2 ps-3 text-muted">
          <Blocks blocks={block.children} />
        </blockquote>
      );
    case "list": {
      const items = block.items.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no name but their place
        <li key={at}>
          <Blocks blocks={item} />
        </li>
      ));
      return block.ordered ? (
        <ol start={block.start} className="list-decimal ps-5">
          {items}
        </ol>
      ) : (
        <ul className="list-disc ps-5">{items}</ul>
      );
    }
    case "table":
      return <Table block={block} />;
    case "rule":
      return <hr className="border-line" />;
  }
}

function Table({ block }: { block: Extract<Block, { kind: "table" }> }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <div className="overflow-x-auto" tabIndex={0}>
      <table className="text-start text-sm">
        <thead>
          <tr>
            {block.head.map((cell, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no name but their place
              <th key={at} className="border border-line px-2 py-1 text-start font-medium">
                <Words nodes={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no name but their place
            <tr key={line}>
              {row.map((cell, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no name but their place
                <td key={at} className="border border-line px-2 py-1">
                  <Words nodes={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Words({ nodes }: { nodes: Inline[] }) {
  return nodes.map((node, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no name but their place
    <Fragment key={at}>{word(node)}</Fragment>
  ));
}

function word(node: Inline): ReactNode {
  switch (node.kind) {
    case "text":
      return node.text;
    case "code":
      return (
        <code dir="ltr" className="rounded bg-sunken px-1 font-mono text-[0.9em]">
          {node.text}
        </code>
      );
    case "strong":
      return (
        <strong className="font-semibold">
          <Words nodes={node.children} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Words nodes={node.children} />
        </em>
      );
    case "deleted":
      return (
        <del>
          <Words nodes={node.children} />
        </del>
      );
    case "break":
      return <br />;
    case "link": {
      const isOwn = /^[/#]/.test(node.href);
      return (
        <a
          href={node.href}
          {...(isOwn ? {} : { target: "_blank", rel: "noreferrer noopener" })}
          className="text-accent underline underline-offset-2"
        >
          <Words nodes={node.children} />
        </a>
      );
    }
  }
}
