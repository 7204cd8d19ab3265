import type { DecisionReport, FitRow } from "../../../infra/core/decision/report";
import type { Bill, BillKind } from "../../../infra/core/economics/bill";
import type { Comparison, Month } from "../../../infra/core/economics/comparison";
import { type Html, html } from "./html";
import { dollars, plain } from "./numbers";
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
    const kinds = (Object.keys(KINDS) as BillKind[]).filter((kind) =>
      complete.some((bill) => bill.lines.some((l) => l.kind === kind)),
    );
    return html`<tbody><tr><th class="group" colspan="4" scope="rowgroup"><span class="${id}-ink">${name}</span>, ${what}</th></tr>${kinds.map(
      (kind) =>
        html`<tr><th scope="row">${KINDS[kind]}</th>${complete.map((bill) => html`<td class="n">${dollars(sumOf(bill, kind))}</td>`)}</tr>`,
    )}<tr class="total"><th scope="row">a month</th>${complete.map((bill) => html`<td class="n">${dollars(bill.monthlyUsd)}</td>`)}</tr></tbody>`;
  });
  return html`<section><h2>What a month costs</h2><table><thead><tr><th scope="col">US dollars a month</th>${months.map(
    ({ percentile, requests }) =>
      html`<th class="n" scope="col">P${percentile}<br>${plain(Math.round(requests))} requests</th>`,
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

export function fitMatrix(rows: readonly FitRow[]): Html {
  const body = rows.map(
    ({ model, instanceType, tensorParallel, fits, gibLeft, maxContextTokens, concurrency, reason }) =>
      html`<tr><th scope="row">${model}<small class="wide-only"></small></th><td>${instanceType}</td><td class="n">${tensorParallel}</td>${
        fits
          ? html`<td class="n">${gibLeft === undefined ? "–" : gibLeft.toFixed(1)}</td><td class="n">${maxContextTokens === undefined ? "–" : plain(maxContextTokens)}</td><td class="n">${concurrency === undefined ? "–" : plain(concurrency)}</td>`
          : html`<td class="no" colspan="3">no: ${reason ?? "refused"}</td>`
      }</tr>`,
  );
  return html`<section><h2>What fits</h2><div class="wide-table"><table><thead><tr><th scope="col">model</th><th scope="col">shape</th><th class="n" scope="col">TP</th><th class="n" scope="col">GiB left</th><th class="n" scope="col">longest context</th><th class="n" scope="col">at once</th></tr></thead><tbody>${body}</tbody></table></div><p class="caption">TP: GPUs that share one copy. GiB left on each GPU for the cache of keys and values; longest context in tokens; requests of the usage's length that are held at once.</p></section>`;
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
