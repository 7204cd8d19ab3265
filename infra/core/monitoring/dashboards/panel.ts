/** What a person who looks at a dashboard is shown: which question, in which order. The rest is Grafana's (grafana-json.ts). */

export interface Query {
  expr: string;
  /** Grafana's template of the line's name: `{{pod}}`. */
  legend: string;
}

export interface Panel {
  title: string;
  /** What it says, and what to think of it: shown behind the title's mark. */
  description: string;
  /** Grafana's name of a unit. */
  unit:
    | "short"
    | "currencyUSD"
    | "suffix: tokens/s"
    | "reqps"
    | "ops"
    | "s"
    | "Bps"
    | "percentunit"
    | "percent"
    | "celsius"
    | "watt";
  queries: readonly Query[];
  /** The alert whose threshold is drawn: the number is the rule's own. */
  alert?: string;
  /** Bad below this, where no alert has a number. */
  low?: number;
  /** Parts of a whole, drawn on top of each other. */
  stacked?: true;
  /** May be negative. */
  signed?: true;
}

export interface Section {
  title: string;
  /** One number each instead of a line over time. */
  numbers?: true;
  panels: readonly Panel[];
}

/** A choice at the top of the dashboard, used in queries as `$name`. */
export interface Variable {
  name: string;
  label: string;
  /** Series and label that the choices come from. */
  of: { series: string; label: string };
}

export interface Dashboard {
  uid: string;
  title: string;
  description: string;
  variables: readonly Variable[];
  sections: readonly Section[];
}
