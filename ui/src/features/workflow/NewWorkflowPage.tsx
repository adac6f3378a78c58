import { useTranslation } from "react-i18next";
import { Page } from "@/kit/Page";
import { DefinitionEditor } from "./DefinitionEditor";

const beginning = `name: My workflow
description: What it is good for.

inputs:
  topic:
    type: string
    description: What it is about.
    required: true

steps:
  - id: write
    name: Write a draft
    agent: business-analyst
    prompt: Write three sentences about \${{ inputs.topic }}.
`;

/** Nothing is saved yet. */
const nothing = { text: "", revision: null };

export function NewWorkflowPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("workflow.new")} isWide>
      <DefinitionEditor saved={nothing} beginning={beginning} />
    </Page>
  );
}
