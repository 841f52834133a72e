/** Somebody in Slack, as `users.info` tells it. People are ids; the name is only for us to read in logs. */
export interface Person {
  readonly id: string;
  /** Empty where Slack does not tell it. */
  readonly team: string;
  readonly name: string;
  /** IANA zone, such as `Asia/Kolkata`. */
  readonly timezone: string;
  /** Why this person may not act at all, or null for a full, active member. */
  readonly barred: 'deleted' | 'guest' | 'bot' | 'outsider' | null;
}
