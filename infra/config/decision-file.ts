import { z } from "zod";
import { DATA_CLASSES } from "../core/data-class";
import { FACTORS } from "../core/decision/scorecard";
import { ITEMS } from "../core/economics/self-cost";
import { RegionName } from "./fields";

/** `stacks/decisions/<name>.yaml`: what a decision between an API and own models is made from, and what was decided. */

const share = (text: string) => z.number().min(0).max(1).meta({ description: text, allowed: "a share from 0 to 1" });
/** Above any fleet, and low enough that every product of two stays a number that can be read. */
const MOST = 1e9;
const atLeast0 = (text: string) =>
  z.number().min(0).max(MOST).meta({ description: text, allowed: "a number from 0 to 1e9" });
const nodes = (least: number) => z.int().min(least).max(10_000);
const months = (text: string) => z.number().min(0).max(120).meta({ description: text, allowed: "months, 0 to 120" });
const ms = (text: string) =>
  z.number().min(1).max(3_600_000).meta({ description: text, allowed: "milliseconds, 1 to 3600000" });
const day = z.iso.date().meta({ allowed: "a day like 2026-11-22" });

const Data = z.strictObject({
  class: z.enum(DATA_CLASSES).default("restricted").meta({ description: "Most sensitive data of the requests." }),
  mayLeave: z
    .boolean()
    .meta({ description: "Whether it may go to a third party under an agreement.", examples: [true] }),
});

const Answers = z.strictObject({
  mlCapacity: z.boolean().meta({ description: "People who can run it, nights included.", examples: [false] }),
  needsFrontier: z.boolean().meta({ description: "Only the newest frontier model is good enough.", examples: [false] }),
  weeksAcceptable: z.boolean().meta({ description: "One to two weeks until it serves are fine.", examples: [true] }),
});

const Objectives = z.strictObject({
  ttftMs: ms("Until the first token, in ms.").optional(),
  tpotMs: ms("From one token to the next, in ms.").optional(),
  totalMs: ms("Until the whole answer is there, in ms.").optional(),
});

const Rival = z.strictObject({
  provider: z.string().meta({ description: "As `homeport catalogue` names it.", examples: ["bedrock"] }),
  model: z.string().meta({ examples: ["meta.llama3-3-70b-instruct-v1:0"] }),
  goodEnough: z.boolean().default(true).meta({ description: "Whether it would do; if not, it is only drawn." }),
  ttftP95Ms: ms("Measured from where your clients are.").optional(),
});

const Candidate = z.strictObject({
  model: z
    .string()
    .meta({ description: "Id in the catalogue of open models.", examples: ["meta-llama/Llama-3.3-70B-Instruct"] }),
  fineTuned: z.boolean().default(false).meta({ description: "Weights of your own, which no provider hosts." }),
  maxModelLen: z.int().min(1).optional().meta({
    description: "Longest request, in tokens. Default: 16384, or what the model reads if that is less.",
    allowed: "tokens, as many as the model reads at most",
  }),
  quantisation: z.string().optional().meta({ description: "`fp8`, `bf16`, … Default: what was measured." }),
  instanceTypes: z.array(z.string()).min(1).optional().meta({ description: "Default: all with GPUs in the region." }),
  measured: z
    .strictObject({
      instanceType: z.string(),
      tensorParallel: z.int().min(1),
      outputTokensPerSecond: z.number().min(1).max(1e6).meta({ allowed: "tokens a second, 1 to 1e6" }),
      ttftMs: ms("On average."),
      asOf: day,
      source: z.string(),
    })
    .optional()
    .meta({ description: "Your own measurement of one replica at the objectives, in place of the published ones." }),
});

const Quantities = z.strictObject(
  Object.fromEntries(
    Object.entries(ITEMS).map(([item, { what, unit }]) => [item, atLeast0(`${what}, in ${unit}.`).optional()]),
  ) as Record<keyof typeof ITEMS, z.ZodOptional<z.ZodNumber>>,
);

const Fleet = z.strictObject({
  load: z.number().min(0.05).max(1).default(0.75).meta({
    description: "Share of the measured throughput that is planned with.",
    allowed: "a share from 0.05 to 1",
  }),
  spareNodes: nodes(0).default(1).meta({
    description: "Nodes more than needed, for the one that fails.",
    allowed: "a whole number of nodes, 0 to 10000",
  }),
  autoscaled: z.boolean().default(false).meta({ description: "Whether nodes follow the hours of the day." }),
  coldStartSeconds: z.number().min(0).max(3600).default(600).meta({
    description: "From the wish for a node to its first token.",
    allowed: "a number of seconds from 0 to 3600",
  }),
  spot: z
    .strictObject({
      instanceType: z.string(),
      share: share("Of the nodes."),
      hourlyUsd: atLeast0("Of one node."),
      overhead: share("Capacity more, for what is interrupted."),
      interruptionsPerHour: atLeast0("Of one node; each costs a cold start.").default(0),
    })
    .optional()
    .meta({ description: "Nodes bought on spot." }),
  plan: z
    .strictObject({
      instanceType: z.string(),
      nodes: nodes(1).meta({ allowed: "a whole number of nodes, 1 to 10000" }),
      hourlyUsd: atLeast0("Of one node, paid for every hour."),
      monthsLeft: months("Of the commitment."),
    })
    .optional()
    .meta({ description: "Nodes under a savings plan or a reservation." }),
  environments: z
    .array(
      z.strictObject({
        name: z.string(),
        instanceType: z.string(),
        nodes: nodes(1).meta({ allowed: "a whole number of nodes, 1 to 10000" }),
        hoursMonthly: atLeast0("Of a month's 730."),
      }),
    )
    .default([])
    .meta({ description: "Besides production: `dev`, `staging`." }),
  quantities: Quantities.prefault({}).meta({
    description: "What is bought besides nodes. Left out: listed as unpriced.",
  }),
  evaluationNodeHours: atLeast0("Of gates and benchmarks a month.").optional(),
  fallbackShare: share("Of requests that go to the API all the same.").default(0),
});

const Dpa = z.strictObject({
  url: z
    .string()
    .regex(/^https:\/\/[\w-]+(\.[\w-]+)+([/?#][!-~]*)?$/)
    .meta({ description: "Where the agreement stands.", allowed: "an address like https://provider.example/dpa" }),
  reviewedOn: day,
  baa: z.boolean().optional(),
  retentionDays: z.int().min(0),
  region: z.string(),
});

const WrittenRecord = z.strictObject({
  verdict: z.enum(["api", "self", "hybrid", "not yet"]),
  binding: z.string(),
  rule: z.string(),
  decidedOn: day,
  pricesAsOf: z.strictObject({ oldest: day, newest: day }),
  evidence: z.array(z.string()),
  inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

export const DecisionSchema = z.strictObject({
  usage: z.string().meta({ description: "The usage file, from the checkout's root.", examples: ["usage/chat.json"] }),
  region: RegionName.default("us-east-1").meta({ description: "Where own models would run." }),
  clientNetworkMs: ms("From the clients to the region and back.").optional(),
  data: Data.meta({ description: "What may go where." }),
  answers: Answers.meta({ description: "Questions that only people can answer." }),
  objectives: Objectives.prefault({}).meta({ description: "What clients wait at most." }),
  rivals: z.array(Rival).min(1).meta({ description: "APIs that would do; the cheapest is the one to beat." }),
  candidates: z.array(Candidate).min(1).meta({ description: "Open models that are good enough." }),
  fleet: Fleet.prefault({}).meta({ description: "How own models would run." }),
  people: z.strictObject({ hoursMonthly: atLeast0("Hours a month."), usdPerHour: atLeast0("Of one hour.") }).meta({
    description: "Who runs it. Nobody at all is written as 0 hours.",
    examples: [{ hoursMonthly: 80, usdPerHour: 90 }],
  }),
  setup: z
    .strictObject({ months: months("While the API is paid on."), monthlyUsd: atLeast0("Besides.") })
    .meta({ description: "Until own models serve.", examples: [{ months: 2, monthlyUsd: 15000 }] }),
  hybrid: z
    .strictObject({
      localShare: share("Of requests that own models get."),
      escalation: share("Of these, asked again of the API."),
    })
    .optional()
    .meta({ description: "Simple requests to own models, the rest to the API." }),
  fallback: z
    .literal("api")
    .optional()
    .meta({ description: "Where requests go when own models cannot answer.", allowed: "api, or left out" }),
  growthPerMonth: z
    .number()
    .min(-0.5)
    .max(1)
    .default(0)
    .meta({ description: "Of the volume, 0.1 for 10 %.", allowed: "a share from -0.5 to 1" }),
  horizonMonths: z.int().min(6).max(120).default(36),
  quality: z
    .strictObject({ api: share("Of your own tests passed."), self: share("Of your own tests passed.") })
    .optional(),
  weights: z
    .strictObject(Object.fromEntries(FACTORS.map((factor) => [factor, atLeast0("Weight.").optional()])))
    .prefault({})
    .meta({
      description: "Of the six factors; 1 where left out.",
    }),
  wayBack: z
    .strictObject({
      weeks: atLeast0("Until the API serves all.").default(3),
      engineerHours: atLeast0("To change calls and test prompts again.").default(80),
    })
    .prefault({}),
  providers: z
    .record(z.string(), z.strictObject({ dpa: Dpa.optional() }))
    .prefault({})
    .meta({
      description: "What was read of each provider's data-processing agreement.",
    }),
  record: WrittenRecord.optional().meta({ description: "Written by `homeport decide`." }),
});
export type DecisionFile = z.output<typeof DecisionSchema>;
