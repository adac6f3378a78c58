// Test double: what the pretend agents write.
import type { Priority, WorkItem } from "@/api/types";

export interface Story {
  title: string;
  role: string;
  feature: string;
  benefit: string;
  criteria: string[];
  points: WorkItem["points"];
  priority: Priority;
}

export interface Epic {
  title: string;
  description: string;
  stories: Story[];
}

const story = (
  title: string,
  role: string,
  feature: string,
  benefit: string,
  points: WorkItem["points"],
  priority: Priority,
): Story => ({
  title,
  role,
  feature,
  benefit,
  points,
  priority,
  criteria: [
    `Given a ${role} on the first page, when they ${feature}, then the change is shown at once.`,
    "Given the connection is slow, when the answer takes longer than a second, then progress is shown.",
  ],
});

export const epics: Epic[] = [
  {
    title: "Book an appointment",
    description: "Everything a patient needs to find a free slot and take it.",
    stories: [
      story(
        "Choose a doctor and see free slots",
        "patient",
        "choose a doctor and see free slots",
        "I can plan my week",
        5,
        "critical",
      ),
      story(
        "Book a slot in two taps",
        "patient",
        "book a slot",
        "I need not call the clinic",
        3,
        "critical",
      ),
      story(
        "Move or cancel up to 24 hours before",
        "patient",
        "move or cancel my appointment",
        "the slot is not wasted",
        5,
        "high",
      ),
    ],
  },
  {
    title: "Reminders",
    description: "Messages that reduce missed appointments.",
    stories: [
      story(
        "Send an SMS the day before",
        "patient",
        "get a reminder by SMS",
        "I do not forget",
        3,
        "high",
      ),
      story(
        "Confirm by answering the message",
        "receptionist",
        "see who has confirmed",
        "I can fill gaps",
        8,
        "medium",
      ),
    ],
  },
  {
    title: "Front desk",
    description: "The day at a glance for the people who run it.",
    stories: [
      story(
        "See today by doctor",
        "receptionist",
        "see the day by doctor",
        "I know who comes next",
        5,
        "high",
      ),
      story(
        "Add a walk-in patient",
        "receptionist",
        "add a patient without a booking",
        "nobody waits unseen",
        2,
        "medium",
      ),
      story(
        "Print the day as a list",
        "doctor",
        "print my day",
        "I can work when the network is down",
        1,
        "low",
      ),
    ],
  },
];

export const analysis =
  "The clinic loses about one in six appointments to no-shows. Patients want to book in the evening, " +
  "when nobody answers the phone. Three groups matter: patients, the front desk, and doctors. " +
  "First release: booking, reminders and a day view. Out of scope: payment and medical records. ";
