import type { DecisionReport, FitRow } from "../../../infra/core/decision/report";
import type { Bill, BillKind } from "../../../infra/core/economics/bill";
import type { Comparison, Month } from "../../../infra/core/economics/comparison";
import { type Html, html } from "./html";
import { dollars, plain, short } from "./numbers";
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
export function monthlyTable(comparison: Comparison): Html {
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
    )}<tr class="total"><th scope="row">a month</th>${complete.map((bill) => html`<td class="n">${dollars(bill.monthlyUsd)}</td>`)}</tr></tbody>`;
  });
  return html`<section><h2>What a month costs</h2><table><thead><tr><th scope="col">US dollars a month,<br>at so many requests</th>${months.map(
    ({ percentile, requests }) => html`<th class="n" scope="col">P${percentile}<br>${short(requests)}</th>`,
  )}</tr></thead>${groups}</table>${lineDetails(months)}${unpriced(months)}</section>`;
}

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
  return html`<div class="wide-table"><table><thead><tr><th scope="col">${model}</th>${TP.map((tp) => html`<th scope="col">TP ${tp}</th>`)}</tr></thead><tbody>${[
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

export function shapesTable({ shapes }: DecisionReport): Html {
  if (shapes.length === 0) return html``;
  const body = shapes.map(
    (s, i) =>
      html`<tr${i === 0 ? html` class="total"` : undefined}><th scope="row">${s.nodes} × ${s.instanceType}<small>${s.model}, TP ${s.tensorParallel}</small></th><td class="n">${dollars(s.monthlyUsd)}</td><td class="n">${s.timeToFirstTokenMs === undefined ? "not measured" : `${plain(Math.round(s.timeToFirstTokenMs))} ms`}<small>${s.basis}</small></td></tr>`,
  );
  return html`<section><h2>The cheapest shapes that serve it</h2><table><thead><tr><th scope="col">fleet</th><th class="n" scope="col">a month</th><th class="n" scope="col">first token</th></tr></thead><tbody>${body}</tbody></table></section>`;
}

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
  return html`<section><h2>Factors</h2><table><thead><tr><th scope="col">0 to 5 points each</th><th class="n" scope="col">weight</th><th class="n" scope="col">API</th><th class="n" scope="col">own</th></tr></thead><tbody>${rows}<tr class="total"><th scope="row">sum of weight × points</th><td></td><td class="n">${scorecard.totals.api.toFixed(1)}</td><td class="n">${scorecard.totals.self.toFixed(1)}</td></tr></tbody></table><p class="caption">Shows where opinions differ; it decides nothing.</p></section>`;
}

export function risksTable({ risks }: DecisionReport): Html {
  const rows = risks.map(
    ({ id, risk, owner, duty }) =>
      html`<tr><th scope="row">${id}</th><td>${risk}<small>${duty}</small></td><td>${owner}</td></tr>`,
  );
  return html`<section><h2>Who carries which risk</h2><table><thead><tr><th></th><th scope="col">risk, and what it asks of you</th><th scope="col">owner</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}

export function pricesTable({ prices, decidedOn }: DecisionReport): Html {
  const rows = prices.map(
    ({ what, usd, unit, asOf, ageDays, source }) =>
      html`<tr><th scope="row">${what}<small>${source}</small></th><td class="n">${usd === undefined ? "" : `$${usd}`}${unit === undefined ? "" : html`<small>a ${unit}</small>`}</td><td class="n">${asOf ?? "day unknown"}${ageDays === undefined ? undefined : html`<small>${ageDays} days</small>`}</td></tr>`,
  );
  return html`<section><h2>Where the prices come from</h2><table><thead><tr><th scope="col">price, source</th><th class="n" scope="col">US dollars</th><th class="n" scope="col">of, age on ${decidedOn}</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}
