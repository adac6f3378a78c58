// Test double: questions to people.
import type { Approval } from "@/api/workflow-engine";
import { at } from "./db";

const message = `Release **1.4.0** is ready on staging.

- 363 tests passed, none failed
- the review gave **8.6** of 10 after two rounds
- staging was quiet for ten minutes

See the [release notes](/executions/exe_01krelease?step=notes) and \`CHANGELOG.md\`.`;

function approval(id: string, changes: Partial<Approval>): Approval {
  return {
    id,
    execution_id: "exe_01krelease",
    execution_title: "Release 1.4.0 of the clinic",
    workflow: "release_process",
    workflow_name: "Release process",
    project: "CLINIC",
    step: "go",
    instance: 0,
    title: "Release 1.4.0 to production?",
    message,
    people: ["Amal Naguib"],
    roles: ["Administrator"],
    rule: { quorum: 2 },
    form: {
      window: {
        type: "string",
        description: "When the change may happen.",
        required: true,
        options: ["now", "tonight", "next Sunday"],
      },
      ticket: { type: "string", description: "The number of the change request.", required: false },
    },
    status: "pending",
    requested_at: at(5),
    decided_at: null,
    expires_at: at(-47),
    escalates_at: at(-25),
    escalated: false,
    requested_by: "Nightly release",
    decisions: [
      {
        by: "Amal Naguib",
        approve: true,
        comment: "Reminders tested with three phones.",
        form: { window: "tonight" },
        at: at(3),
      },
    ],
    can_decide: true,
    ...changes,
  };
}

export function approvals(): Approval[] {
  return [
    approval("apr_01k1", {}),
    approval("apr_01k2", {
      execution_id: "exe_01kdone",
      execution_title: "نظام حجز المواعيد للعيادة",
      workflow: "requirements_from_idea",
      workflow_name: "من الفكرة إلى المتطلبات",
      project: null,
      step: "scope",
      title: "هل نطاق الإصدار الأول مناسب؟",
      message: "يشمل الإصدار الأول **الحجز** و**التذكير**، ولا يشمل الدفع.",
      people: [],
      roles: ["Administrator", "Manager"],
      rule: "any",
      form: {},
      decisions: [],
      expires_at: at(-60 * 72),
      escalated: true,
      requested_by: "Hisham Sait",
    }),
    approval("apr_01k3", {
      title: "Spend more than $5 on the estimate?",
      message: "The estimate of 40 stories would cost about **$6.20**.",
      step: "spend",
      people: ["Omar Said"],
      roles: [],
      rule: "all",
      form: {},
      decisions: [],
      expires_at: null,
      can_decide: false,
    }),
    approval("apr_01k4", {
      title: "Release 1.3.0 to production?",
      execution_id: "exe_01krelfail",
      execution_title: "Release 1.3.0 of the clinic",
      status: "approved",
      requested_at: at(1_490),
      decided_at: at(1_480),
      expires_at: null,
      can_decide: false,
    }),
    approval("apr_01k5", {
      title: "Release 1.2.9 to production?",
      execution_id: "exe_01kstop",
      execution_title: "Release 1.2.9 of the clinic",
      status: "rejected",
      requested_at: at(4_000),
      decided_at: at(3_990),
      expires_at: null,
      can_decide: false,
      decisions: [
        {
          by: "Hisham Sait",
          approve: false,
          comment: "The reminders are sent twice on staging. Fix that first.",
          form: {},
          at: at(3_990),
        },
      ],
    }),
  ];
}
