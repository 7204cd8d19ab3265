import type { DecisionReport } from "../../../infra/core/decision/report";
import { slowText } from "../decide/verdict-card";
import { tornado, utilisationBars } from "./bars";
import { figure } from "./figure";
import { Html, html, jsonBlock } from "./html";
import { dollars, percent, short } from "./numbers";
import { paybackCurve } from "./payback-curve";
import { STYLE } from "./style";
import {
  fitMatrix,
  latencyTable,
  monthlyTable,
  pricesTable,
  questionsTable,
  risksTable,
  scorecardTable,
  shapesTable,
  workloadsTable,
} from "./tables";
import { rivalName, volumePlot } from "./volume-plot";

/** The largest; the data below the page has all. */
const SAVINGS = 6;

/** Nothing is loaded and nothing runs; a browser is told so too. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const VERDICT: Readonly<Record<DecisionReport["verdict"]["verdict"], string>> = {
  api: "Use the API",
  self: "Run own models",
  hybrid: "Hybrid",
  "not yet": "Not yet",
};

/** One file without network: the report as a page, with the same data in it as JSON. */
export function reportPage(report: DecisionReport): string {
  const { name, decidedOn, usage } = report;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>${name}: API or own models</title><style>${new Html(STYLE)}</style></head>
<body><h1>${name}: API or own models · ${decidedOn} · usage ${usage.from} to ${usage.to}, ${usage.source}</h1>
${card(report)}${savings(report)}${money(report)}${workloadsTable(report)}${report.fit.length > 0 ? fitMatrix(report.fit) : undefined}${shapesTable(report)}
${wayBack(report)}${questionsTable(report)}${scorecardTable(report)}${latencyTable(report)}${risksTable(report)}${pricesTable(report)}${assumptions(report)}
<footer>Made by homeport decide. List prices without tax and discount; a month has 730 hours. This page loads nothing.</footer>
<script type="application/json" id="report">${jsonBlock(report)}</script></body></html>
`.markup;
}

function card({
  verdict,
  rule,
  contradictions,
  comparisons,
  notGoodEnough,
  apiAllowed,
  firstToken,
  throughput,
  warnings,
}: DecisionReport): Html {
  const [main] = comparisons;
  const middle = main?.months.find(({ percentile }) => percentile === 50);
  const even = main?.breakEven.requestsMonthly;
  const facts =
    main && middle
      ? html`<dl class="facts">${fact("API", dollars(middle.api.monthlyUsd), `a month, ${rivalName(main)}`)}${fact("own models", dollars(middle.self.monthlyUsd), `a month, ${main.fleet.nodes} × ${main.fleet.instanceType}`)}${fact("break-even", even === undefined ? "none" : short(even), even === undefined ? "at no volume" : `requests a month, now ${short(main.requestsMonthly)}`)}${fact("nodes busy", percent(main.utilisation.actual), main.utilisation.allLines > 1 ? `never enough: ${percent(main.utilisation.allLines)} would pay` : `they pay from ${percent(main.utilisation.allLines)}`)}</dl>`
      : undefined;
  const flips = verdict.flipsAt.map(
    ({ volume, cheapest }) =>
      html`<li>at ${volume.toUpperCase()} of the volume ${cheapest === "self" ? "own models are" : `${cheapest === "api" ? "the API" : cheapest} is`} the cheapest</li>`,
  );
  const asked = rule.asked.at(-1);
  return html`<div class="card ${verdict.verdict.replace(" ", "-")}"><strong class="verdict">${VERDICT[verdict.verdict]}</strong><p class="binding">${sentence(verdict.binding.text)}</p>${facts}<ul class="says">${contradictions.map(({ text }) => html`<li>${text}</li>`)}<li>the five questions say ${rule.verdict === "self" ? "own models" : rule.verdict === "api" ? "API" : "either"}, by ${rule.rule}: ${asked?.question}? ${asked?.answer ? "yes" : "no"} (${asked?.evidence})</li>${warnings.map((text) => html`<li>warning: ${text}</li>`)}${apiAllowed ? undefined : html`<li>no API is an option: what it would cost is shown for comparison only</li>`}${firstToken === undefined ? undefined : html`<li>first token of the API: ${firstToken.api.evidence}; of own models: ${firstToken.self.evidence}</li>`}${flips}${slowText(throughput, verdict.verdict).map((text) => html`<li>${text}</li>`)}${notGoodEnough.map((name) => html`<li>${name} is drawn for comparison only: by the decision file it is not good enough</li>`)}</ul></div>`;
}

const fact = (term: string, value: string, note: string): Html =>
  html`<div><dt>${term}</dt><dd>${value}<small>${note}</small></dd></div>`;

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function money({ comparisons, utilisation, setupMonths, notGoodEnough }: DecisionReport): Html {
  const [main] = comparisons;
  if (main === undefined) return html``;
  const middle = main.months.find(({ percentile }) => percentile === 50);
  const saved = (middle?.api.monthlyUsd ?? 0) - (middle?.self.monthlyUsd ?? 0);
  return html`${figure(
    "Cost over volume",
    "An API costs the same for each request; own models jump where a node is added (rings). V* marks where both cost the same. Shaded: the rule of thumb that says API below and own models above. Both axes are logarithmic.",
    (size) => volumePlot(comparisons, size),
  )}${monthlyTable(comparisons, notGoodEnough)}${figure(
    "How busy the nodes must be",
    "u*: share of the nodes' capacity from which their price is below the API's; the dark mark is u, what this usage takes of it. Nodes alone: people and the rest are in the table above.",
    (size) => utilisationBars(utilisation, size),
  )}${figure(
    "Saved since the set-up began",
    `Cumulative, against the API, with a growth of ${percent(main.payback.monthlyGrowth)} a month. While the set-up lasts, both are paid.`,
    (size) => paybackCurve(main.payback, setupMonths, size),
  )}${figure(
    "What would change it",
    "Saved a month by own models at P50 when one assumption moves and all others stay. Left of 0 the API costs less; orange is worse for own models, blue is better.",
    (size) => tornado(saved, main.sensitivities, size),
  )}`;
}

/** First, since they need no GPU. */
function savings({ comparisons: [main], offers }: DecisionReport): Html {
  const rows = [
    ...(main?.savings ?? []).slice(0, SAVINGS),
    ...offers.map(({ name, monthlyUsd }) => ({
      what: `the same weights at ${name}`,
      provided: "it is good enough; to count it, add it to rivals and its agreement to providers",
      monthlyUsd,
      savedUsd: undefined,
    })),
  ];
  if (rows.length === 0) return html``;
  return html`<section><h2>Before any GPU</h2><table><thead><tr><th scope="col">what the API alone could cost, each by itself</th><th class="n" scope="col">a month</th><th class="n" scope="col">saved</th></tr></thead><tbody>${rows.map(
    ({ what, monthlyUsd, provided, savedUsd }) =>
      html`<tr><th scope="row">${what}<small>provided: ${provided}</small></th><td class="n">${dollars(monthlyUsd)}</td><td class="n">${savedUsd === undefined ? "" : dollars(savedUsd)}</td></tr>`,
  )}</tbody></table></section>`;
}

function wayBack({ wayBack: back }: DecisionReport): Html {
  if (back === undefined) return html``;
  return html`<section><h2>The way back to an API</h2><table><tbody>${back.lines.map(
    ({ what, usd }) => html`<tr><th scope="row">${what}</th><td class="n">${dollars(usd)}</td></tr>`,
  )}<tr class="total"><th scope="row">once</th><td class="n">${dollars(back.totalUsd)}</td></tr></tbody></table></section>`;
}

const assumptions = ({ assumptions: list }: DecisionReport): Html =>
  list.length === 0
    ? html``
    : html`<section><h2>Assumed, because nobody gave or measured it</h2><ul>${list.map((text) => html`<li>${text}</li>`)}</ul></section>`;
