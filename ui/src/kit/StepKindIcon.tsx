import { Bot, Hourglass, ShieldCheck, Undo2, UserRoundCheck, Workflow, Wrench } from "lucide-react";

const icons = {
  agent: Bot,
  tool: Wrench,
  workflow: Workflow,
  wait: Hourglass,
  approval: UserRoundCheck,
  gate: ShieldCheck,
  compensation: Undo2,
};

/** What sort of step it is; the word for it stands beside it. */
export function StepKindIcon({ kind }: { kind: string }) {
  const Icon = Object.hasOwn(icons, kind) ? icons[kind as keyof typeof icons] : Wrench;
  return <Icon className="size-4 shrink-0 text-muted" aria-hidden />;
}
