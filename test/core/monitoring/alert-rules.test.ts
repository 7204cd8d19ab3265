import { ruleFile, ruleGroups } from "../../../infra/core/monitoring/alert-rules";

const rules = ruleGroups([]).flatMap((group) => group.rules);

describe("alert rules", () => {
  it("are at least ten, each with one name, a severity and steps to take", () => {
    expect(rules.length).toBeGreaterThanOrEqual(10);
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const { name, runbook, summary, severity } of rules) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(runbook.length).toBeGreaterThan(60);
      expect(summary).not.toMatch(/\.$/);
      expect(["page", "ticket"]).toContain(severity);
    }
  });

  it("name in their summaries only labels that their expressions keep", () => {
    for (const { name, expr, summary } of rules) {
      const asked = [...summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
      const kept = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(/, */) ?? ["deployment", "namespace", "pod", "container"];
      expect([name, asked.filter((label) => !kept.includes(label as string))]).toEqual([name, []]);
    }
  });

  it("point to each other by names that exist", () => {
    const names = new Set(rules.map(({ name }) => name));
    const mentioned = rules.flatMap(({ runbook }) =>
      [...runbook.matchAll(/\(see (\w+)\)|see (\w+)\./g)].map((m) => m[1] ?? m[2]),
    );
    expect(mentioned.length).toBeGreaterThan(2);
    for (const name of mentioned) expect(names).toContain(name);
  });

  it("tell of a capacity block a day before its end", () => {
    const groups = ruleGroups([{ pool: "a100", endsAt: 1_798_000_000 }]);
    const { groups: read } = JSON.parse(ruleFile(groups)) as { groups: { rules: { alert: string; expr: string }[] }[] };
    const block = read.flatMap((group) => group.rules).filter(({ alert }) => alert === "CapacityBlockEnds");
    expect(block.map(({ expr }) => expr)).toEqual([
      'label_replace(vector(1798000000 - time()), "pool", "a100", "", "") < 86400 > 0',
    ]);
  });
});
