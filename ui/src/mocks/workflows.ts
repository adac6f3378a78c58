// Test double: workflows with their revisions.
import type { Revision, Workflow } from "@/api/workflow-engine";
import { at } from "./db";
import { releaseGraph } from "./release";

export interface KeptWorkflow extends Workflow {
  revisions: (Revision & { definition: string })[];
}

const first = `name: Release process
description: Takes a version from notes to production, with people in between.

inputs:
  version:
    type: string
    description: The version to release, such as 1.4.0.
    required: true

steps:
  - id: notes
    name: Write the release notes
    agent: release-manager
    command: write_release_notes
    params:
      version: \${{ inputs.version }}

  - id: review
    name: Review the changes
    needs: [notes]
    agent: code-reviewer
    command: review_changes

  - id: go
    name: Go or no go
    needs: [review]
    approval:
      title: Release \${{ inputs.version }} to production?
      roles: [Administrator]
      rule: any
`;

const second = first.replace(
  "      rule: any\n",
  "      rule: {quorum: 2}\n      expires-minutes: 60\n",
);

const third = `${second.replace(
  "    required: true\n\nsteps:",
  `    required: true
  services:
    type: list
    description: The services to release.
    default: [booking, reminders, front-desk]
  environment:
    type: string
    description: Where to.
    default: production
    options: [staging, production]
  dry_run:
    type: boolean
    description: Do everything but the deployment.
    default: false
  notes:
    type: string
    description: What people should know about it.

steps:`,
)}
  - id: deploy
    name: Deploy to production
    needs: [go]
    workflow: deploy_service
    with:
      services: \${{ inputs.services }}
    compensate: {tool: rollback_service}
`;

function workflow(slug: string, name: string, changes: Partial<KeptWorkflow>): KeptWorkflow {
  return {
    slug,
    name,
    description: "",
    revision: null,
    inputs: {},
    steps: [{ id: "work", name, kind: "agent", needs: [] }],
    source: "library",
    definition: `name: ${name}\nsteps:\n  - agent: business-analyst\n    command: analyse\n`,
    created_at: null,
    department: null,
    tags: [],
    status: "active",
    revisions: [],
    ...changes,
  };
}

const project = { type: "string", description: "The key of the project.", required: true };

export function workflows(): KeptWorkflow[] {
  const revisions = [first, second, third].map((definition, index) => ({
    revision: index + 1,
    name: "Release process",
    created_at: at(9_000 - index * 4_000),
    created_by: index === 1 ? "Amal Naguib" : "Hisham Sait",
    definition,
  }));
  return [
    workflow("release_process", "Release process", {
      description: "Takes a version from notes to production, with people in between.",
      revision: 3,
      source: "organisation",
      department: "engineering",
      tags: ["release", "production"],
      definition: third,
      created_at: at(1_000),
      inputs: {
        version: {
          type: "string",
          description: "The version to release, such as 1.4.0.",
          required: true,
        },
        services: {
          type: "list",
          description: "The services to release.",
          required: false,
          default: ["booking", "reminders", "front-desk"],
        },
        environment: {
          type: "string",
          description: "Where to.",
          required: false,
          default: "production",
          options: ["staging", "production"],
        },
        dry_run: {
          type: "boolean",
          description: "Do everything but the deployment.",
          required: false,
          default: false,
        },
        notes: {
          type: "string",
          description: "What people should know about it.",
          required: false,
        },
      },
      steps: releaseGraph.nodes.map((node) => ({
        id: node.id,
        name: node.name,
        kind: node.kind,
        needs: releaseGraph.edges
          .filter((edge) => edge.to === node.id && edge.kind === "need")
          .map((edge) => edge.from),
      })),
      revisions,
    }),
    workflow("idea_to_backlog", "Idea to backlog", {
      description: "Turns one idea into a backlog of estimated user stories, grouped in epics.",
      department: "product",
      tags: ["stories"],
      inputs: {
        idea: {
          type: "string",
          description: "What should be built, in a sentence or two.",
          required: true,
        },
        project,
      },
      steps: ["users", "features", "stories", "epics"].map((id, index, all) => ({
        id,
        name: `Write the ${id}`,
        kind: index === 3 ? "tool" : "agent",
        needs: index === 0 ? [] : [all[index - 1] ?? ""],
      })),
    }),
    workflow("bug_lifecycle", "إصلاح عطل", {
      description: "يفرز العطل ويصلحه ويراجعه ويختبره، ثم يُغلقه.",
      revision: 1,
      source: "organisation",
      created_at: at(2_000),
      revisions: [
        {
          revision: 1,
          name: "إصلاح عطل",
          created_at: at(2_000),
          created_by: "Hisham Sait",
          definition: "name: إصلاح عطل\nsteps:\n  - agent: bug-triage\n    command: triage\n",
        },
      ],
    }),
    workflow("old_report", "Weekly report of 2025", {
      description: "Replaced by the sprint report.",
      revision: 2,
      source: "organisation",
      status: "archived",
      created_at: at(90_000),
    }),
  ];
}
