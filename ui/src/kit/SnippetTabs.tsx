import { Tabs } from "radix-ui";
import { useTranslation } from "react-i18next";
import { Snippet } from "./Snippet";

interface Props {
  label: string;
  snippets: { name: string; text: string }[];
}

/** The same thing in several languages of programming, one at a time. */
export function SnippetTabs({ label, snippets }: Props) {
  const { i18n } = useTranslation();
  return (
    <Tabs.Root defaultValue={snippets[0]?.name} dir={i18n.dir()}>
      <Tabs.List aria-label={label} className="-mx-1 mb-2 flex gap-1 overflow-x-auto p-1 text-sm">
        {snippets.map(({ name }) => (
          <Tabs.Trigger
            key={name}
            value={name}
            className="h-8 shrink-0 rounded-md px-3 text-muted hover:bg-hover data-[state=active]:bg-accent-soft data-[state=active]:font-medium data-[state=active]:text-accent max-md:h-10"
          >
            {name}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {snippets.map(({ name, text }) => (
        <Tabs.Content key={name} value={name}>
          <Snippet text={text} what={name} />
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
