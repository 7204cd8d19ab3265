import { ruleGroups } from "../../../infra/core/monitoring/alert-rules";
import { DASHBOARDS } from "../../../infra/core/monitoring/dashboards";
import { dashboardJson, thresholdOf } from "../../../infra/core/monitoring/dashboards/grafana-json";
import { MODEL } from "../../../infra/core/monitoring/dashboards/model";

interface Panel {
  id: number;
  type: "row" | "stat" | "timeseries";
  title: string;
  description: string;
  gridPos: { h: number; w: number; x: number; y: number };
  fieldConfig: {
    defaults: { unit: string; min?: number; thresholds: { steps: { color: string; value: number | null }[] } };
  };
  targets: { refId: string; expr: string; legendFormat: string }[];
}
interface Read {
  uid: string;
  panels: Panel[];
  templating: { list: { name: string; type: string; query: string | { query: string } }[] };
}

const COLUMNS = 24; // Grafana's grid

describe.each(Object.entries(DASHBOARDS))("dashboard %s", (name, dashboard) => {
  const { uid, panels, templating } = dashboardJson(dashboard) as Read;
  const shown = panels.filter(({ type }) => type !== "row");

  it("fills the page: no panel overlaps another, and no line has a hole", () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    const bottom = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.length).toBe(COLUMNS * bottom);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(COLUMNS);
    expect(panels.map(({ id }) => id)).toEqual(panels.map((_, i) => i + 1));
  });

  it("begins with numbers of now, then rows of charts", () => {
    expect(panels[0]).toMatchObject({ type: "row", title: "Now" });
    const rows = panels.flatMap(({ type }, i) => (type === "row" ? [i] : []));
    expect(rows.length).toBeGreaterThanOrEqual(4);
    expect(panels.slice(1, rows[1]).every(({ type }) => type === "stat")).toBe(true);
    expect(panels.slice(rows[1]).some(({ type }) => type === "stat")).toBe(false);
  });

  it("says of each panel what it shows and in which unit, under a title of its own", () => {
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    for (const { title, description, fieldConfig, targets } of shown) {
      expect([title, description.length > 12, description.endsWith(".")]).toEqual([title, true, true]);
      expect([title, fieldConfig.defaults.unit]).not.toEqual([title, ""]);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });

  it("names each line of a chart by the labels that its query keeps", () => {
    for (const { type, targets } of shown)
      for (const { expr, legendFormat } of targets) {
        const asked = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? "");
        const kept = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(/, */) ?? [];
        expect([expr, asked.filter((label) => !kept.includes(label))]).toEqual([expr, []]);
        const unnamed = kept.filter((label) => label !== "le" && !asked.includes(label));
        if (type === "timeseries") expect([expr, unnamed]).toEqual([expr, []]);
      }
  });

  it("turns red where an alert speaks", () => {
    const drawn = dashboard.sections.flatMap((section) => [...section.panels]);
    for (const [i, { alert, low }] of drawn.entries()) {
      const values = shown[i]?.fieldConfig.defaults.thresholds.steps.map(({ value }) => value);
      const limit = alert === undefined ? low : thresholdOf(alert);
      expect(values).toEqual([null, ...(limit === undefined ? [] : [limit])]);
    }
  });

  it("uses every choice that it offers, and no other", () => {
    const offered = templating.list.flatMap(({ name: variable, type }) => (type === "query" ? [variable] : []));
    const used = shown.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => [...expr.matchAll(/\$(?!__)(\w+)/g)].map(([, variable]) => variable)),
    );
    expect([...new Set(used)].sort()).toEqual(offered.sort());
  });

  it("is about one model, or about none", () => {
    const all = shown.flatMap(({ targets }) => targets);
    const ofModel = all.filter(({ expr }) => expr.includes(`model="${MODEL}"`));
    expect(ofModel.length).toBe(name === "model" ? all.length : 0);
    expect(uid.replace(MODEL, "a-model-of-20-chars").length).toBeLessThanOrEqual(40); // Grafana's longest uid
  });
});

describe("the threshold of an alert", () => {
  it("is the number that its rule ends with", () => {
    expect(thresholdOf("GpuHot")).toBe(87);
    expect(thresholdOf("RequestsFail")).toBe(0.01);
  });

  it("is missing, loudly, for a rule without one and for no rule", () => {
    const without = ruleGroups([]).flatMap(({ rules }) => rules.filter(({ name }) => name === "NodeNotReady"));
    expect(without).toHaveLength(1);
    expect(() => thresholdOf("NodeNotReady")).toThrow("no alert 'NodeNotReady' whose expression ends with a threshold");
    expect(() => thresholdOf("NoSuchAlert")).toThrow("no alert 'NoSuchAlert'");
  });
});
