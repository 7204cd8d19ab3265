import { DASHBOARDS, dashboardJson, MODEL } from "../../../infra/core/monitoring/dashboards";

interface Panel {
  id: number;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets: { refId: string; expr: string }[];
}

describe.each(Object.entries(DASHBOARDS))("dashboard %s", (name, dashboard) => {
  const { uid, panels } = dashboardJson(dashboard) as { uid: string; panels: Panel[] };

  it("has panels that do not overlap or stand out, each with a title and queries of its own", () => {
    expect(panels.length).toBeGreaterThanOrEqual(8);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24); // Grafana's columns
    for (const { targets } of panels) expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  });

  it("is about one model, or about none", () => {
    const ofModel = panels.flatMap(({ targets }) => targets.filter(({ expr }) => expr.includes(`model="${MODEL}"`)));
    const all = panels.flatMap(({ targets }) => targets);
    expect(ofModel.length).toBe(name === "model" ? all.length : 0);
    expect(uid.replace(MODEL, "a-model-of-20-chars").length).toBeLessThanOrEqual(40); // Grafana's longest uid
  });
});
