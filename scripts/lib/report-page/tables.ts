import type { DecisionReport, FitRow } from "../../../infra/core/decision/report";
import { type Bill, type BillKind, shareOf } from "../../../infra/core/economics/bill";
import type { Comparison, Month } from "../../../infra/core/economics/comparison";
import { type Html, html } from "./html";
import { dollars, eachDollars, percent, plain, short } from "./numbers";
import { rivalName } from "./volume-plot";

const KINDS: Readonly<Record<BillKind, string>> = {
  nodes: "GPU nodes",
  storage: "storage",
  network: "network",
  platform: "cluster and load balancers",
  observability: "observability",
  people: "people",
  setup: "set-up",
  evaluation: "evaluation runs",
  fallback: "fallback on the API",
  tokens: "tokens",
};

const sumOf = (bill: Bill, kind: BillKind): number =>
  bill.lines.filter((line) => line.kind === kind).reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0);

/** People are never left out in silence; other lines only where there is something in them. */
const isShown = (bill: Bill, kind: BillKind): boolean =>
  bill.lines.some((line) => line.kind === kind) && (kind === "people" || sumOf(bill, kind) > 0);

/** API, own models and hybrid per month, all lines, at three volumes. */
export function monthlyTable(comparisons: readonly Comparison[], notGoodEnough: readonly string[]): Html {
  const [comparison, ...others] = comparisons as [Comparison, ...Comparison[]];
  const { months, fleet } = comparison;
  const options: [string, string, string, (month: Month) => Bill | undefined][] = [
    ["api", "API", rivalName(comparison), ({ api }) => api],
    ["self", "Own models", `${fleet.nodes} × ${fleet.instanceType} at P50`, ({ self }) => self],
    ["hybrid", "Hybrid", "own models first, the rest to the API", ({ hybrid }) => hybrid],
  ];
  const groups = options.map(([id, name, what, billOf]) => {
    const bills = months.map(billOf);
    const complete = bills.filter((bill): bill is Bill => bill !== undefined);
    if (complete.length < months.length) return html``;
    const kinds = (Object.keys(KINDS) as BillKind[]).filter((kind) => complete.some((bill) => isShown(bill, kind)));
    return html`<tbody><tr><th class="group" colspan="4" scope="rowgroup"><span class="${id}-ink">${name}</span>, ${what}</th></tr>${kinds.map(
      (kind) =>
        html`<tr><th scope="row">${KINDS[kind]}</th>${complete.map((bill) => html`<td class="n">${dollars(Math.round(sumOf(bill, kind)))}</td>`)}</tr>`,
    )}<tr class="total"><th scope="row">a month</th>${complete.map((bill) => html`<td class="n">${dollars(bill.monthlyUsd)}</td>`)}</tr><tr><th scope="row">a request</th>${complete.map((bill, i) => html`<td class="n">${eachOf(bill, months[i])}</td>`)}</tr></tbody>`;
  });
  const rest = others.map(
    (other) =>
      html`<tbody><tr class="total"><th scope="row"><span class="api-ink">API</span>, ${rivalName(other)}${notGoodEnough.includes(rivalName(other)) ? html`<small>not good enough, by the decision file</small>` : undefined}</th>${other.months.map(({ api }) => html`<td class="n">${dollars(api.monthlyUsd)}</td>`)}</tr></tbody>`,
  );
  return html`<section><h2>What a month costs</h2><table><thead><tr><th scope="col">US dollars a month,<br>at so many requests</th>${months.map(
    ({ percentile, requests }) => html`<th class="n" scope="col">P${percentile}<br>${short(requests)}</th>`,
  )}</tr></thead>${groups}${rest}</table><p class="caption">${spreadText(months)} ${peopleText(months)}</p>${lineDetails(months)}${unpriced(months)}</section>`;
}

const eachOf = ({ monthlyUsd }: Bill, month: Month | undefined): string =>
  month === undefined || month.requests === 0 ? "–" : eachDollars(monthlyUsd / month.requests);

/** What P10, P50 and P90 are; all the same where the usage does not know its weeks. */
const spreadText = (months: readonly Month[]): string =>
  new Set(months.map(({ requests }) => requests)).size === 1
    ? "The usage does not tell quiet weeks from busy ones: all three columns are its average."
    : "P10, P50, P90: a month like the usage's quiet weeks (one of ten is quieter), its middling and its busy ones (one of ten is busier).";

const peopleText = (months: readonly Month[]): string => {
  const middle = months.find(({ percentile }) => percentile === 50);
  if (middle === undefined) return "";
  const { usdPerMillionTokens: each } = middle;
  const tokens = each
    ? ` 1M tokens, in and out, cost ${eachDollars(each.api)} on the API and ${eachDollars(each.self)} own, of it people ${eachDollars(each.people)}.`
    : "";
  return `People are ${percent(shareOf(middle.self, "people"))} of own models at P50.${tokens}`;
};

/** Each line of the own bill at the volume in the middle, with its quantities. */
function lineDetails(months: readonly Month[]): Html {
  const middle = months.find(({ percentile }) => percentile === 50);
  if (middle === undefined) return html``;
  const rows = middle.self.lines.map(
    ({ what, monthlyUsd }) => html`<tr><th scope="row">${what}</th><td class="n">${dollars(monthlyUsd)}</td></tr>`,
  );
  return html`<details><summary>Every line of own models at P50, with its quantity</summary><table>${rows}</table></details>`;
}

function unpriced(months: readonly Month[]): Html {
  const items = new Map(
    months.flatMap(({ api, self }) => [...api.unpriced, ...self.unpriced]).map(({ what, why }) => [what, why]),
  );
  if (items.size === 0) return html`<p class="caption">Nothing is left without a price.</p>`;
  return html`<p class="caption">Not priced, and not counted as 0: ${[...items].map(([what, why]) => `${what} (${why})`).join("; ")}.</p>`;
}

const TP = [1, 2, 4, 8];

/** Shapes by number of GPUs that share a copy; shapes that answer alike share a row. */
export function fitMatrix(rows: readonly FitRow[]): Html {
  const models = [...new Set(rows.map(({ model }) => model))];
  return html`<section><h2>What fits</h2>${models.map((model) =>
    modelMatrix(
      model,
      rows.filter((row) => row.model === model),
    ),
  )}<p class="caption">TP: GPUs that share one copy. For each GPU the GiB left beside one request of full length, then the longest context in tokens and how many requests of the usage's length are held at once.</p></section>`;
}

function modelMatrix(model: string, rows: readonly FitRow[]): Html {
  const byCells = new Map<string, { types: string[]; cells: Html[] }>();
  for (const type of new Set(rows.map(({ instanceType }) => instanceType))) {
    const cells = TP.map((tp) => fitCell(rows.find((row) => row.instanceType === type && row.tensorParallel === tp)));
    const key = cells.map(({ markup }) => markup).join("");
    const same = byCells.get(key);
    if (same === undefined) byCells.set(key, { types: [type], cells });
    else same.types.push(type);
  }
  return html`<div class="wide-table" tabindex="0"><table><thead><tr><th scope="col">${model}</th>${TP.map((tp) => html`<th scope="col">TP ${tp}</th>`)}</tr></thead><tbody>${[
    ...byCells.values(),
  ].map(({ types, cells }) => html`<tr><th scope="row">${types.join(", ")}</th>${cells}</tr>`)}</tbody></table></div>`;
}

function fitCell(row: FitRow | undefined): Html {
  if (row === undefined) return html`<td></td>`;
  const { fits, reason, gibLeft, maxContextTokens, concurrency } = row;
  if (!fits) return html`<td class="no">${reason ?? "refused"}</td>`;
  const facts = [maxContextTokens, concurrency].map((n) => (n === undefined ? "–" : short(n)));
  return html`<td class="yes">${gibLeft?.toFixed(1) ?? "–"} GiB<small>${facts.join(" · ")}</small></td>`;
}

export function shapesTable({ shapes, throughput }: DecisionReport): Html {
  if (shapes.length === 0) return html``;
  const body = shapes.map(
    (s, i) =>
      html`<tr${i === 0 ? html` class="total"` : undefined}><th scope="row">${s.nodes} × ${s.instanceType}<small>${s.model}, TP ${s.tensorParallel}</small></th><td class="n">${dollars(s.monthlyUsd)}</td><td class="n">${s.timeToFirstTokenMs === undefined ? "not measured" : `${plain(Math.round(s.timeToFirstTokenMs))} ms`}<small>${s.basis}</small></td></tr>`,
  );
  return html`<section><h2>The cheapest shapes that serve it</h2><table><thead><tr><th scope="col">fleet</th><th class="n" scope="col">a month</th><th class="n" scope="col">first token</th></tr></thead><tbody>${body}</tbody></table>${throughput && speedCaption(throughput)}</section>`;
}

/** How sure the throughput is, and what that does to the money. */
function speedCaption({ slow, expected, fast }: NonNullable<DecisionReport["throughput"]>): Html {
  const tokens = ({ outputTokensPerSecond }: typeof slow): string => plain(Math.round(outputTokensPerSecond));
  return html`<p class="caption">A copy of the first writes ${tokens(expected)} tokens a second at the objectives, ${tokens(slow)} to ${tokens(fast)} by the evidence: at P50 own models then cost ${dollars(fast.selfMonthlyUsd)} to ${dollars(slow.selfMonthlyUsd)} a month.</p>`;
}

/** The articles' five questions, as far as they were asked: the first that decides ends them. */
export function questionsTable({ rule, contradictions }: DecisionReport): Html {
  const says = { api: "an API", self: "own models", either: "either" }[rule.verdict];
  const rows = rule.asked.map(
    ({ rule: id, question, answer, evidence }, i) =>
      html`<tr${i === rule.asked.length - 1 ? html` class="total"` : undefined}><th scope="row">${id} ${question}?<small>${evidence}</small></th><td class="n">${answer ? "yes" : "no"}</td><td class="n">${i === rule.asked.length - 1 ? says : "go on"}</td></tr>`,
  );
  return html`<section><h2>Five questions, a rule of thumb</h2><table><thead><tr><th scope="col">asked in this order until one decides</th><th class="n" scope="col">answer</th><th class="n" scope="col">then</th></tr></thead><tbody>${rows}</tbody></table><p class="caption">${contradictions.length === 0 ? "The computed cost does not contradict it." : `Against it, and named: ${contradictions.map(({ text }) => text).join("; ")}.`} Where both differ the computed cost counts.</p></section>`;
}

/** The article's ranges of both, for planning, with what was measured beside them. */
export function latencyTable({ referenceLatency: reference, firstToken }: DecisionReport): Html {
  const range = ([least, most]: readonly [number, number]): string => `${plain(least)} to ${plain(most)} ms`;
  const rows = (
    [
      ["network", "networkMs"],
      ["queue", "queueMs"],
      ["inference", "inferenceMs"],
      ["whole answer", "totalMs"],
    ] as const
  ).map(
    ([name, key]) =>
      html`<tr><th scope="row">${name}</th><td class="n">${range(reference.api[key])}</td><td class="n">${range(reference.self[key])}</td></tr>`,
  );
  const measured =
    firstToken &&
    html`<tr class="total"><th scope="row">first token, ${plain(firstToken.withinMs)} ms wanted</th><td class="n">${meets(firstToken.api)}<small>${firstToken.api.evidence}</small></td><td class="n">${meets(firstToken.self)}<small>${firstToken.self.evidence}</small></td></tr>`;
  const [least, most] = reference.networkSavingMs;
  return html`<section><h2>How long an answer takes</h2><table><thead><tr><th scope="col">an article's ranges, not measured</th><th class="n" scope="col">API</th><th class="n" scope="col">own</th></tr></thead><tbody>${rows}${measured}</tbody></table><p class="caption">By these rows own models save ${least} to ${most} ms of network, not the 100 to 500 ms that the same article names; the rest is queueing.</p></section>`;
}

const meets = ({ meets: kept }: { meets: boolean | "unknown" }): string =>
  kept === "unknown" ? "not known" : kept ? "kept" : "missed";

export function scorecardTable({ scorecard }: DecisionReport): Html {
  const names: Record<string, string> = {
    quality: "quality",
    privacy: "privacy",
    costAtLowVolume: "cost at low volume",
    costAtHighVolume: "cost at high volume",
    operations: "operations",
    timeToMarket: "time to market",
  };
  const rows = scorecard.rows.map(
    ({ factor, weight, api, self, evidence }) =>
      html`<tr><th scope="row">${names[factor]}<small>${evidence}</small></th><td class="n">${plain(weight)}</td><td class="n">${api.toFixed(1)}</td><td class="n">${self.toFixed(1)}</td></tr>`,
  );
  return html`<section><h2>Factors</h2><table><thead><tr><th scope="col">0 to 5 points each</th><th class="n" scope="col">weight</th><th class="n" scope="col">API</th><th class="n" scope="col">own</th></tr></thead><tbody>${rows}<tr class="total"><th scope="row">sum of weight × points</th><td></td><td class="n">${scorecard.totals.api.toFixed(1)}</td><td class="n">${scorecard.totals.self.toFixed(1)}</td></tr></tbody></table><p class="caption">Shows where opinions differ; it decides nothing. Weights are the decision file's: weights.</p></section>`;
}

export function risksTable({ risks }: DecisionReport): Html {
  const rows = risks.map(
    ({ id, risk, owner, duty }) =>
      html`<tr><th scope="row">${id}</th><td>${risk}<small>${duty}</small></td><td>${owner}</td></tr>`,
  );
  return html`<section><h2>Who carries which risk</h2><table><thead><tr><th scope="col">no.</th><th scope="col">risk, and what it asks of you</th><th scope="col">owner</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}

export function pricesTable({ prices, decidedOn }: DecisionReport): Html {
  const rows = prices.map(
    ({ what, usd, unit, asOf, ageDays, source }) =>
      html`<tr><th scope="row">${what}<small>${source}</small></th><td class="n">${usd === undefined ? "" : `$${usd}`}${unit === undefined ? "" : html`<small>a ${unit}</small>`}</td><td class="n">${asOf ?? "day unknown"}${ageDays === undefined ? undefined : html`<small>${ageDays} days</small>`}</td></tr>`,
  );
  return html`<section><h2>Where the prices come from</h2><table><thead><tr><th scope="col">price, source</th><th class="n" scope="col">US dollars</th><th class="n" scope="col">of, age on ${decidedOn}</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}

/** Each workload alone on the fleet: what pays for one does not pay for another. */
export function workloadsTable({ workloads }: DecisionReport): Html {
  if (workloads.length === 0) return html``;
  const rows = workloads.map(
    ({ name, requestsMonthly, apiMonthlyUsd, selfMonthlyUsd, breakEvenRequests }) =>
      html`<tr><th scope="row">${name}</th><td class="n">${short(requestsMonthly)}</td><td class="n">${dollars(apiMonthlyUsd)}</td><td class="n">${dollars(selfMonthlyUsd)}</td><td class="n">${breakEvenRequests === undefined ? "at no volume" : short(breakEvenRequests)}</td></tr>`,
  );
  return html`<section><h2>Each workload by itself</h2><div class="wide-table" tabindex="0"><table><thead><tr><th scope="col">workload</th><th class="n" scope="col">requests a month</th><th class="n" scope="col">API</th><th class="n" scope="col">own models, alone</th><th class="n" scope="col">break-even</th></tr></thead><tbody>${rows}</tbody></table></div><p class="caption">As if it were the only one on a fleet of its own; together they share nodes and people.</p></section>`;
}
