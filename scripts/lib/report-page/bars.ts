import type { UtilisationBar } from "../../../infra/core/decision/report";
import type { Sensitivity } from "../../../infra/core/economics/comparison";
import { type Box, cut, line, rect, svg, text } from "./figure";
import { type Html, html } from "./html";
import { percent, shortDollars } from "./numbers";
import { linear, ticks } from "./scales";

type Size = Pick<Box, "width" | "narrow">;

/** How busy a fleet must be before its nodes cost less than the API, with how busy it is. Past 100 % nobody can be. */
export function utilisationBars(bars: readonly UtilisationBar[], { width, narrow }: Size): Html {
  const rowHeight = narrow ? 60 : 46;
  const [top, left, right, bottom] = [10, 2, narrow ? 12 : 40, 26];
  const height = top + bars.length * rowHeight + bottom;
  const most = Math.max(1.25, Math.min(2.5, Math.max(...bars.map(({ breakEven }) => breakEven * 1.05))));
  const x = linear([0, most], [left, width - right]);
  const rows = bars.map(({ fleet, rival, breakEven, actual }, i) => {
    const y = top + i * rowHeight;
    const never = breakEven > 1;
    const values = `u* ${percent(breakEven)}${never ? ", never" : ""} · u ${percent(actual)}`;
    const names = `${fleet} against ${rival}`;
    const head = narrow
      ? html`${text(left, y + 12, cut(fleet, 46))}${text(left, y + 27, `${cut(rival, 24)}: ${values}`, "note")}`
      : html`${text(left, y + 12, cut(names, 66))}${text(width - right, y + 12, values, never ? "strong" : "", "end")}`;
    const bar = y + rowHeight - 28;
    const mark = x(Math.min(actual, most));
    return html`${head}${rect(x(0), bar, x(Math.min(breakEven, most)) - x(0), 13, never ? "bar never" : "bar")}${line(mark, bar - 3, mark, bar + 16, "mark")}`;
  });
  const axis = html`${line(x(1), top, x(1), height - bottom + 4, "limit")}${(
    narrow ? [0, 0.5] : [0, 0.25, 0.5, 0.75]
  ).map((u) =>
    text(x(u), height - 6, percent(u), "tick", u === 0 ? "start" : "middle"),
  )}${text(x(1), height - 6, "100 %", "tick", "middle")}`;
  const title = bars.map(
    (b) => `${b.fleet} against ${b.rival}: break-even ${percent(b.breakEven)}, actual ${percent(b.actual)}.`,
  );
  return svg({ width, height, narrow }, title.join(" "), [axis, ...rows]);
}

/** What each doubt does to the monthly saving; the widest first, as they come. */
export function tornado(savedUsd: number, sensitivities: readonly Sensitivity[], { width, narrow }: Size): Html {
  const rowHeight = 46;
  const [top, side, bottom] = [26, 2, 26];
  const all = [0, savedUsd, ...sensitivities.flatMap(({ low, high }) => [low.savingMonthlyUsd, high.savingMonthlyUsd])];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const x = linear([least, most], [side + 52, width - side - 52]);
  const height = top + sensitivities.length * rowHeight + bottom;
  const rows = sensitivities.map(({ what, low, high }, i) => {
    const y = top + i * rowHeight;
    const [worse, better] = low.savingMonthlyUsd <= high.savingMonthlyUsd ? [low, high] : [high, low];
    const title = narrow ? what : `${what}: ${worse.input} to ${better.input}`;
    const [start, middle, end] = [worse.savingMonthlyUsd, savedUsd, better.savingMonthlyUsd].map(x) as [
      number,
      number,
      number,
    ];
    return html`${text(side, y + 12, cut(title, narrow ? 46 : 92))}${rect(start, y + 19, Math.min(end, middle) - start, 14, "bar worse")}${rect(Math.max(start, middle), y + 19, end - Math.max(start, middle), 14, "bar better")}${text(start - 5, y + 30, shortDollars(worse.savingMonthlyUsd), "tick", "end")}${text(end + 5, y + 30, shortDollars(better.savingMonthlyUsd), "tick")}`;
  });
  const zero = least < 0 && most > 0 ? html`${line(x(0), top, x(0), height - bottom, "limit")}` : undefined;
  const marks = html`${zero}${line(x(savedUsd), top, x(savedUsd), height - bottom, "now")}${text(x(savedUsd), top - 10, `as given ${shortDollars(savedUsd)}`, "note", "middle")}${ticks(least, most, narrow ? 3 : 5).map((usd) => text(x(usd), height - 6, shortDollars(usd), "tick", "middle"))}`;
  const title = sensitivities.map(
    ({ low, high }) =>
      `${low.input}: ${shortDollars(low.savingMonthlyUsd)}; ${high.input}: ${shortDollars(high.savingMonthlyUsd)}.`,
  );
  return svg({ width, height, narrow }, `Saved a month ${shortDollars(savedUsd)}. ${title.join(" ")}`, [
    marks,
    ...rows,
  ]);
}
