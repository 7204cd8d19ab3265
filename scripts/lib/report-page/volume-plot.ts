import { VOLUME_RULE } from "../../../infra/core/decision/questions";
import type { Comparison, Step } from "../../../infra/core/economics/comparison";
import { type Box, cut, dot, line, path, rect, svg, text } from "./figure";
import { type Html, html } from "./html";
import { short, shortDollars } from "./numbers";
import { decades, logarithmic, spread } from "./scales";

const costAt = ({ fixedUsd, usdPerRequest }: Step, requests: number): number => fixedUsd + usdPerRequest * requests;

export const rivalName = ({ rival }: Comparison): string => `${rival.provider} ${rival.model}`;

/** From a tenth of the least interesting volume to some times the largest, in requests a month. */
function domainOf(comparisons: readonly Comparison[]): [number, number] {
  const [{ requestsMonthly, curve }] = comparisons as [Comparison];
  const evens = comparisons.flatMap(({ breakEven }) => breakEven.requestsMonthly ?? []);
  const edges = curve.steps.slice(1, 3).map(({ fromRequests }) => fromRequests);
  const shown = [requestsMonthly, ...evens, ...edges].filter((n) => n > 0);
  const most = Math.max(VOLUME_RULE.selfAbove, ...shown) * 3;
  return [
    Math.min(VOLUME_RULE.apiBelow, ...shown) / 10,
    Math.min(most, requestsMonthly * 1000, curve.steps.at(-1)?.toRequests ?? most),
  ];
}

/** Monthly cost by volume, both axes logarithmic: an API is a straight line, own models jump with each node. */
export function volumePlot(comparisons: readonly Comparison[], { width, narrow }: Pick<Box, "width" | "narrow">): Html {
  const [{ curve, requestsMonthly }] = comparisons as [Comparison];
  const [from, to] = domainOf(comparisons);
  const steps = curve.steps
    .filter(({ fromRequests, toRequests }) => fromRequests < to && toRequests > from)
    .map((step) => ({
      ...step,
      fromRequests: Math.max(step.fromRequests, from),
      toRequests: Math.min(step.toRequests, to),
    }));
  const apis = comparisons.map((c) => ({ name: rivalName(c), usdPerRequest: c.curve.apiUsdPerRequest }));
  const costs = [
    ...steps.flatMap((s) => [costAt(s, s.fromRequests), costAt(s, s.toRequests)]),
    ...apis.flatMap(({ usdPerRequest }) => [usdPerRequest * from, usdPerRequest * to]),
  ];
  const least = 10 ** Math.max(1, Math.floor(Math.log10(Math.min(...costs))));
  const most = Math.max(...costs) * 1.3;

  const height = narrow ? 340 : 400;
  const [left, right, top, bottom] = [narrow ? 44 : 56, narrow ? 10 : 176, 34, 44];
  const x = logarithmic([from, to], [left, width - right]);
  const y = logarithmic([least, most], [height - bottom, top]);

  const grid = html`${decades(least, most).map(
    (usd) =>
      html`${line(left, y(usd), width - right, y(usd), "grid")}${text(left - 6, y(usd) + 4, shortDollars(usd), "tick", "end")}`,
  )}${decades(from, to).map((n) => text(x(n), height - bottom + 17, short(n), "tick", "middle"))}${text(
    (left + width - right) / 2,
    height - 8,
    "requests a month",
    "axis",
    "middle",
  )}${text(left, 12, "US dollars a month", "axis")}`;

  const zone = [Math.max(from, VOLUME_RULE.apiBelow), Math.min(to, VOLUME_RULE.selfAbove)] as const;
  const greyZone =
    zone[1] > zone[0]
      ? html`${rect(x(zone[0]), top, x(zone[1]) - x(zone[0]), height - bottom - top, "zone")}${text((x(zone[0]) + x(zone[1])) / 2, top - 5, narrow ? "10–20M" : "rule of thumb: 10–20M", "note", "middle")}`
      : undefined;
  const now = html`${line(x(requestsMonthly), top, x(requestsMonthly), height - bottom, "now")}${text(x(requestsMonthly) + 5, height - bottom - 8, `now ${short(requestsMonthly)}`, "note")}`;

  const staircase = steps.flatMap((s): [number, number][] => [
    ...along(s).map((n): [number, number] => [x(n), y(costAt(s, n))]),
  ]);
  const edges = steps.slice(1, 13).map((s) => dot(x(s.fromRequests), y(costAt(s, s.fromRequests)), "edge"));
  const lines = apis.map(({ usdPerRequest }, i) =>
    path(
      [Math.max(from, least / usdPerRequest), to].map((n) => [x(n), y(usdPerRequest * n)]),
      `api n${i}`,
    ),
  );
  const breakEvens = comparisons.flatMap(({ breakEven: { requestsMonthly: even }, curve: { apiUsdPerRequest } }) => {
    if (even === undefined || even < from || even > to) return [];
    const [cx, cy] = [x(even), y(apiUsdPerRequest * even)];
    return [html`${dot(cx, cy, "even")}${text(cx - 9, cy - 9, `V* ${short(even)}`, "strong", "end")}`];
  });

  const last = steps.at(-1);
  const ends = [
    ...comparisons.map(({ rival, curve: { apiUsdPerRequest } }, i) => ({
      name: rival.model,
      more: rival.provider,
      at: y(apiUsdPerRequest * to),
      kind: `api-text n${i}`,
    })),
    ...(last
      ? [{ name: "own models", more: `${last.nodes} nodes`, at: y(costAt(last, last.toRequests)), kind: "self-text" }]
      : []),
  ];
  const labelled = spread(
    ends.map(({ at }) => at),
    34,
    height - bottom,
  );
  const labels = narrow
    ? []
    : ends.map(({ name, more, kind }, i) => {
        const at = labelled[i]!;
        return html`${text(width - right + 8, at + 2, cut(name, 26), kind)}${text(width - right + 8, at + 17, more, "note")}`;
      });
  const drawn = svg({ width, height, narrow }, description(comparisons), [
    html`${greyZone}${grid}${now}`,
    html`${lines}${path(staircase, "self")}${edges}${breakEvens}${labels}`,
  ]);
  return narrow ? html`${legend(apis.map(({ name }) => name))}${drawn}` : drawn;
}

/** A sloped line is curved on logarithmic axes, so a step is drawn through some points. */
function along({ fromRequests, toRequests, usdPerRequest }: Step): number[] {
  const count = usdPerRequest === 0 ? 1 : 12;
  return Array.from({ length: count + 1 }, (_, i) => fromRequests * (toRequests / fromRequests) ** (i / count));
}

/** Names of the lines where there is no room beside them. */
const legend = (apis: readonly string[]): Html =>
  html`<ul class="legend narrow"><li>${key("self")}own models</li>${apis.map((name, i) => html`<li>${key(`api n${i}`)}${name}</li>`)}</ul>`;

const key = (kind: string): Html =>
  html`<svg width="26" height="8" aria-hidden="true">${line(0, 4, 24, 4, kind)}</svg>`;

const description = (comparisons: readonly Comparison[]): string =>
  comparisons
    .map((c) => {
      const even = c.breakEven.requestsMonthly;
      const million = shortDollars(c.curve.apiUsdPerRequest * 1e6);
      return `${rivalName(c)}: ${million} per million requests; break-even ${even === undefined ? "at no volume" : `at ${short(even)} requests a month`}.`;
    })
    .join(" ");
