import type { Payback } from "../../../infra/core/economics/comparison";
import { type Box, dot, line, path, rect, svg, text } from "./figure";
import { type Html, html } from "./html";
import { shortDollars } from "./numbers";
import { linear, ticks } from "./scales";

/** Saved against the API since the set-up began: it dips while both are paid, and pays back where it crosses zero. */
export function paybackCurve(
  payback: Payback,
  setupMonths: number,
  { width, narrow }: Pick<Box, "width" | "narrow">,
): Html {
  const height = narrow ? 260 : 300;
  const [top, left, right, bottom] = [26, narrow ? 48 : 60, narrow ? 12 : 24, 42];
  const saved = shown(payback).map(({ month, apiUsd, selfUsd }) => ({ month, usd: apiUsd - selfUsd }));
  const points = [{ month: 0, usd: 0 }, ...saved];
  const values = points.map(({ usd }) => usd);
  const [least, most] = [Math.min(...values), Math.max(...values, 0)];
  const room = (most - least || 1) * 0.14;
  const months = points.at(-1)!.month;
  const x = linear([0, months], [left, width - right]);
  const y = linear([least - room, most + room], [height - bottom, top]);
  const deepest = points.reduce((low, point) => (point.usd < low.usd ? point : low));
  const paid = saved.find(({ month }) => month === payback.month);
  const grid = ticks(least - room, most + room, 5).map(
    (usd) =>
      html`${line(left, y(usd), width - right, y(usd), Math.abs(usd) < 1e-6 ? "zero" : "grid")}${text(left - 6, y(usd) + 4, shortDollars(usd), "tick", "end")}`,
  );
  const labels = ticks(0, months, narrow ? 4 : 6).map((m) =>
    text(x(m), height - bottom + 17, String(m), "tick", "middle"),
  );
  const setup =
    setupMonths > 0
      ? html`${rect(x(0), top, x(setupMonths) - x(0), height - bottom - top, "zone")}${text(x(0) + 4, top - 8, `set-up, ${setupMonths} months`, "note")}`
      : undefined;
  const label = (month: number) => (month > months * 0.7 ? "end" : month < months * 0.2 ? "start" : "middle");
  const dip = html`${dot(x(deepest.month), y(deepest.usd), "edge")}${text(x(deepest.month), y(deepest.usd) + 20, shortDollars(deepest.usd), "strong", label(deepest.month))}`;
  const crossing =
    paid === undefined
      ? text(width - right, top - 8, `not paid back in ${months} months`, "strong", "end")
      : html`${dot(x(paid.month), y(paid.usd), "even")}${text(x(paid.month) - 8, y(paid.usd) - 11, `month ${paid.month}`, "strong", "end")}`;
  const title = `Saved against the API: lowest ${shortDollars(deepest.usd)} in month ${deepest.month}; ${paid ? `paid back in month ${paid.month}` : `not paid back in ${months} months`}.`;
  return svg({ width, height, narrow }, title, [
    html`${setup}${grid}${labels}${text((left + width - right) / 2, height - 8, "months", "axis", "middle")}`,
    html`${path(
      points.map(({ month, usd }) => [x(month), y(usd)] as const),
      "self",
    )}${dip}${crossing}`,
  ]);
}

/** Far enough beyond the month that pays back to see it, and no further: what comes later dwarfs the dip. */
const shown = ({ cumulative, month }: Payback): Payback["cumulative"] =>
  month === undefined ? cumulative : cumulative.slice(0, Math.max(12, 3 * month));
