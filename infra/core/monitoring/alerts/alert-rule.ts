/** One alarm: when it speaks, whom it wakes, and what to do then. */
export interface AlertRule {
  name: string;
  expr: string;
  /** How long it must be so. */
  for: string;
  /** `page`: clients notice now. `ticket`: they will, if nobody looks within the day. */
  severity: "page" | "ticket";
  summary: string;
  /** First steps, in order, for somebody who has just been woken. */
  runbook: string;
}

/** Where engine pods run, as a matcher. */
export const ENGINES = `namespace="homeport-models"`;
