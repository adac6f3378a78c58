// The shapes of the access of people to AI, written by hand from the contract of its routes.

export type AccessLevel = "full" | "limited" | "none";

/** What a person may use. Null is everything, what is still to come included; an empty list is
 * nothing. */
export interface AccessWish {
  /** Names of platforms. */
  platforms: string[] | null;
  /** As platform/model, or names of model groups. */
  models: string[] | null;
  /** Slugs of agents. */
  agents: string[] | null;
  /** Null is any number. */
  tokens_per_request: number | null;
  requests_per_hour: number | null;
}

export interface Access extends AccessWish {
  user_id: string;
  name: string;
  email: string;
  role: string;
  level: AccessLevel;
  /** Null as long as nobody has limited this person. */
  updated_at: string | null;
  updated_by: string | null;
}
