import type { DataClass } from "../data-class";
import type { LatencyObjectives } from "./latency";
import type { Answers } from "./questions";

/** Profiles of the first article's "best for" lists, as a start for a decision file: each line is to be corrected. */

export const PRESETS = ["startup", "regulated", "real-time", "high-scale"] as const;
export type PresetName = (typeof PRESETS)[number];

interface Preset {
  what: string;
  /** What the article's list says; the computed verdict may differ. */
  listed: "api" | "self";
  dataClass: DataClass;
  answers: Omit<Answers, "dataMayLeave" | "above20M">;
  /** For a sketch of the usage where none is recorded. */
  requestsPerMonth: number;
  objectives: LatencyObjectives;
}

export const PRESET: Readonly<Record<PresetName, Preset>> = {
  startup: {
    what: "a product to be shipped in weeks, volume unknown",
    listed: "api",
    dataClass: "internal",
    answers: { mlCapacity: false, needsFrontier: true, weeksAcceptable: false },
    requestsPerMonth: 1e6,
    objectives: {},
  },
  regulated: {
    what: "health, finance or secrets: data stays",
    listed: "self",
    dataClass: "restricted",
    answers: { mlCapacity: true, needsFrontier: false, weeksAcceptable: true },
    requestsPerMonth: 2e6,
    objectives: {},
  },
  "real-time": {
    what: "first token within a second, close to the users",
    listed: "self",
    dataClass: "internal",
    answers: { mlCapacity: true, needsFrontier: false, weeksAcceptable: true },
    requestsPerMonth: 5e6,
    objectives: { ttftMs: 1000 },
  },
  "high-scale": {
    what: "more than 20M requests a month, steady",
    listed: "self",
    dataClass: "internal",
    answers: { mlCapacity: true, needsFrontier: false, weeksAcceptable: true },
    requestsPerMonth: 30e6,
    objectives: {},
  },
};
