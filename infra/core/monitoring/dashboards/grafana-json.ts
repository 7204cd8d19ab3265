import { ruleGroups } from "../alert-rules";
import type { Dashboard, Panel, Section, Variable } from "./panel";

/** A dashboard in Grafana's own schema (version 39, Grafana 11 and later, which reads it on). */

const COLUMNS = 24;
const NUMBER_HEIGHT = 4;
const CHART_HEIGHT = 8;
const CHARTS_IN_LINE = 3;

// biome-ignore lint/suspicious/noTemplateCurlyInString: the variable is Grafana's
const SOURCE = { type: "prometheus", uid: "${source}" };

interface Placed {
  panel: Panel;
  gridPos: { x: number; y: number; w: number; h: number };
}

/** Lines of at most three charts, as equal as can be, each as wide as the page; numbers all in one line. */
function placed({ panels, numbers }: Section, top: number): { lines: Placed[]; bottom: number } {
  const count = numbers ? 1 : Math.ceil(panels.length / CHARTS_IN_LINE);
  const h = numbers ? NUMBER_HEIGHT : CHART_HEIGHT;
  const lines = Array.from({ length: count }, (_, line) => {
    const part = panels.slice(
      Math.ceil((line * panels.length) / count),
      Math.ceil(((line + 1) * panels.length) / count),
    );
    const w = COLUMNS / part.length;
    return part.map((panel, i) => ({ panel, gridPos: { x: i * w, y: top + line * h, w, h } }));
  });
  return { lines: lines.flat(), bottom: top + count * h };
}

const RULES = ruleGroups([]).flatMap(({ rules }) => rules);

/** The number that an alert's expression ends with: the line in the chart is where the alert speaks. */
export function thresholdOf(alert: string): number {
  const number = / > ([\d.]+)$/.exec(RULES.find(({ name }) => name === alert)?.expr ?? "")?.[1];
  if (number === undefined) throw new Error(`no alert '${alert}' whose expression ends with a threshold`);
  return Number(number);
}

const limitOf = ({ alert }: Panel): number | undefined => (alert === undefined ? undefined : thresholdOf(alert));

/** The first colour counts from minus infinity, which Grafana writes as null. */
function steps(panel: Panel): object[] {
  const limit = limitOf(panel);
  const [first, then, value] = panel.low === undefined ? ["green", "red", limit] : ["red", "green", panel.low];
  return [{ color: first, value: null }, ...(value === undefined ? [] : [{ color: then, value }])];
}

/** A share that may fill up is shown against the full; one that must stay small would be a flat line there. */
const isOfWhole = (panel: Panel): boolean => panel.unit === "percentunit" && (limitOf(panel) ?? 1) > 0.5;

const descriptionOf = ({ description, alert }: Panel): string =>
  alert === undefined ? description : `${description} Red begins where the alert ${alert} speaks.`;

const CHART = {
  type: "timeseries",
  options: {
    legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: ["lastNotNull"] },
    tooltip: { mode: "multi", sort: "desc" },
  },
};

const NUMBER = {
  type: "stat",
  options: {
    colorMode: "value",
    graphMode: "area",
    justifyMode: "auto",
    orientation: "auto",
    textMode: "value",
    reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
  },
};

const drawn = ({ alert, stacked }: Panel): object => ({
  drawStyle: "line",
  lineWidth: 1,
  fillOpacity: stacked ? 40 : 10,
  showPoints: "never",
  // A gap of a lost scrape is no gap in what was measured.
  spanNulls: 120_000,
  stacking: { mode: stacked ? "normal" : "none", group: "A" },
  thresholdsStyle: { mode: alert === undefined ? "off" : "dashed" },
});

function panelJson({ panel, gridPos }: Placed, id: number, numbers: boolean): object {
  const { title, unit, queries, signed } = panel;
  return {
    id,
    ...(numbers ? NUMBER : CHART),
    title,
    description: descriptionOf(panel),
    datasource: SOURCE,
    gridPos,
    fieldConfig: {
      defaults: {
        unit,
        ...(signed ? {} : { min: 0 }),
        ...(isOfWhole(panel) ? { max: 1 } : {}),
        color: { mode: numbers ? "thresholds" : "palette-classic" },
        thresholds: { mode: "absolute", steps: steps(panel) },
        ...(numbers ? {} : { custom: drawn(panel) }),
      },
      overrides: [],
    },
    targets: queries.map(({ expr, legend }, n) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + n),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
      range: true,
    })),
  };
}

const rowJson = (title: string, id: number, y: number): object => ({
  id,
  type: "row",
  title,
  collapsed: false,
  gridPos: { x: 0, y, w: COLUMNS, h: 1 },
  panels: [],
});

function panelsJson(sections: readonly Section[]): object[] {
  const all: object[] = [];
  let y = 0;
  for (const section of sections) {
    const { lines, bottom } = placed(section, y + 1);
    all.push(rowJson(section.title, all.length + 1, y));
    for (const line of lines) all.push(panelJson(line, all.length + 1, section.numbers ?? false));
    y = bottom;
  }
  return all;
}

const variableJson = ({ name, label, of }: Variable): object => ({
  name,
  label,
  type: "query",
  datasource: SOURCE,
  query: { query: `label_values(${of.series}, ${of.label})`, refId: name },
  refresh: 2, // whenever the time range changes: releases and nodes come and go
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: ".*",
  current: { text: ["All"], value: ["$__all"] },
});

/** The data source is chosen in Grafana, so that one file serves every region. */
export const dashboardJson = ({ uid, title, description, variables, sections }: Dashboard): object => ({
  uid,
  title,
  description,
  tags: ["homeport"],
  schemaVersion: 39,
  editable: false,
  graphTooltip: 1, // one moment in all charts
  refresh: "30s",
  time: { from: "now-6h", to: "now" },
  timezone: "browser",
  links: [
    { title: "Homeport", type: "dashboards", tags: ["homeport"], asDropdown: true, keepTime: true, includeVars: false },
  ],
  templating: {
    list: [
      { name: "source", label: "Source", type: "datasource", query: "prometheus" },
      ...variables.map(variableJson),
    ],
  },
  panels: panelsJson(sections),
});
