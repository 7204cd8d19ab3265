import { firewallLoggingArgs, webAclArgs } from "../../../../infra/values/aws/traffic/web-firewall";

/** A prompt may be long, and may hold whatever an attack holds. */

const acl = webAclArgs({ environment: "prod", account: "123456789012", region: "us-east-1" });
const [rate, ...groups] = acl.rules;

interface Group {
  managedRuleGroupStatement: { name: string; ruleActionOverrides: { name: string; actionToUse: object }[] };
}

it("rules that look into bodies or at their size only count, and the others keep their action", () => {
  const overrides = groups.flatMap(({ statement }) => {
    const { ruleActionOverrides } = (statement as Group).managedRuleGroupStatement;
    return ruleActionOverrides;
  });
  expect(overrides.map(({ name }) => name)).toContain("SizeRestrictions_BODY");
  for (const { name, actionToUse } of overrides) {
    expect(name).toMatch(/_BODY$/);
    expect(actionToUse).toEqual({ count: {} });
  }
  for (const group of groups) expect(group).toMatchObject({ overrideAction: { none: {} } });
});

it("a flood from one address is blocked first, and priorities are distinct", () => {
  expect(rate).toMatchObject({
    priority: 0,
    action: { block: {} },
    statement: { rateBasedStatement: { limit: 10_000 } },
  });
  expect(new Set(acl.rules.map(({ priority }) => priority)).size).toBe(acl.rules.length);
});

it("neither prompts nor keys get into logs, matches or samples", () => {
  expect(acl.dataProtectionConfig.dataProtections.map(({ field }) => field)).toEqual([
    { fieldType: "BODY" },
    { fieldType: "SINGLE_HEADER", fieldKeys: ["authorization", "x-api-key"] },
  ]);
  expect(firewallLoggingArgs.redactedFields.map(({ singleHeader }) => singleHeader.name)).toEqual([
    "authorization",
    "x-api-key",
  ]);
  for (const { visibilityConfig } of [acl, ...acl.rules]) expect(visibilityConfig.sampledRequestsEnabled).toBe(false);
});
