import type { Dashboard, Query, Section } from "./panel";

const one = (expr: string, legend = ""): Query[] => [{ expr, legend }];
const byRelease = (expr: string): Query[] => one(`sum by (model, release) (${expr})`, "{{model}} {{release}}");
const byPool = (expr: string): Query[] => one(`sum by (pool) (${expr})`, "{{pool}}");

const TOKENS = "homeport:input_tokens_per_hour + homeport:output_tokens_per_hour";
const BASIS = "Node hours times price, idle GPUs among them, by the GPUs that each holds.";

const NOW: Section = {
  title: "Now",
  numbers: true,
  panels: [
    {
      title: "Nodes, $ an hour",
      description: "Of the models' pools, by the list prices that the stack was deployed with.",
      unit: "currencyUSD",
      queries: one("sum(homeport:pool_usd_per_hour)"),
    },
    {
      title: "Idle GPUs, $ an hour",
      description: "GPUs that no pod of a release holds. It is in the price per million tokens.",
      unit: "currencyUSD",
      queries: one("sum(homeport:idle_usd_per_hour)"),
    },
    {
      title: "Against APIs, $ an hour",
      description:
        "What the cheapest API of the same weights asks for these tokens, less what the nodes cost. Below 0 is lost.",
      unit: "currencyUSD",
      queries: one("sum(homeport:api_usd_per_hour) - sum(homeport:pool_usd_per_hour)"),
      low: 0,
      signed: true,
    },
    {
      title: "Share of break-even",
      description:
        "Tokens served over those at which an API would cost the same: utilisation over u*. Above 1 the nodes are cheaper.",
      unit: "short",
      queries: one("sum(homeport:api_usd_per_hour) / sum(homeport:pool_usd_per_hour)"),
      low: 1,
    },
  ],
};

const SECTIONS: readonly Section[] = [
  NOW,
  {
    title: "Dollars per million tokens",
    panels: [
      {
        title: "Own, in and out together",
        description: `${BASIS} Over the tokens of the last hour.`,
        unit: "currencyUSD",
        queries: byRelease("homeport:usd_per_million_tokens"),
      },
      {
        title: "Cheapest API of the same weights",
        description: "Its list price for the same mix of input and output, nothing of it cached.",
        unit: "currencyUSD",
        queries: byRelease(`1000000 * homeport:api_usd_per_hour / ((${TOKENS}) > 0)`),
      },
    ],
  },
  {
    title: "Dollars an hour",
    panels: [
      {
        title: "By release",
        description: BASIS,
        unit: "currencyUSD",
        queries: byRelease("homeport:release_usd_per_hour"),
        stacked: true,
      },
      {
        title: "By pool",
        description: "Nodes that are there, ready or not, times their list price.",
        unit: "currencyUSD",
        queries: byPool("homeport:pool_usd_per_hour"),
        stacked: true,
      },
      {
        title: "Idle by pool",
        description: "Part of the pool's dollars that pays for GPUs which no release holds.",
        unit: "currencyUSD",
        queries: byPool("homeport:idle_usd_per_hour"),
      },
    ],
  },
  {
    title: "Tokens and break-even",
    panels: [
      {
        title: "Tokens an hour, in",
        description: "Prompt tokens of the last hour, cached ones among them.",
        unit: "short",
        queries: byRelease("homeport:input_tokens_per_hour"),
      },
      {
        title: "Tokens an hour, out",
        description: "Generated tokens of the last hour.",
        unit: "short",
        queries: byRelease("homeport:output_tokens_per_hour"),
      },
      {
        title: "Utilisation over u*",
        description: "What an API would ask for its tokens over what the release costs: above 1 it earns its nodes.",
        unit: "short",
        queries: byRelease(
          "homeport:api_usd_per_hour / on (model, release) sum by (model, release) (homeport:release_usd_per_hour)",
        ),
      },
    ],
  },
];

export const COST_DASHBOARD: Dashboard = {
  uid: "homeport-cost",
  title: "Homeport: cost",
  description:
    "What tokens cost on these nodes, beside what an API asks for the same. `homeport cost --live` splits input and output.",
  variables: [],
  sections: SECTIONS,
};
