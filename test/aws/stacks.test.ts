import { readStack } from "../../infra/config/read-stack";
import type { PlannedResource } from "../../scripts/lib/render/recorder";
import { withAllOptions } from "../support/aws/all-options";
import { judgePlan } from "../support/aws/conforms";
import { statefulLosses } from "../support/aws/replacements";
import { outside } from "../support/aws/residency";
import { Stacks } from "../support/stacks";

/** What is true of every AWS stack of the repository; that the judges can say no is in conforms.test.ts and below. */

const stacks = new Stacks();

jest.setTimeout(120_000); // the first render starts a process

/** Stacks and the least number of resources that must have been judged. */
const LEAST = { dev: 120, staging: 125, prod: 280, airgapped: 110, "with all options": 320 };

const ALL = "with all options";
const plans: Record<string, PlannedResource[]> = {};
beforeAll(async () => {
  plans[ALL] = (await stacks.changed("prod", withAllOptions)).plan;
  // From the other end than components/aws.test.ts, which runs at the same time: each takes what the other has rendered.
  for (const stack of Object.keys(LEAST).reverse()) if (stack !== ALL) plans[stack] = (await stacks.render(stack)).plan;
});
const planOf = (stack: string): PlannedResource[] => plans[stack] ?? [];

describe.each(Object.entries(LEAST))("stack %s", (stack, least) => {
  it("asks for nothing that AWS's schemas refuse, and every type is known to them", () => {
    const { judged, unjudged, problems } = judgePlan(planOf(stack));
    expect(problems).toEqual([]);
    expect(judged).toBeGreaterThanOrEqual(least);
    expect(unjudged).toBeLessThanOrEqual(judged / 20);
    console.info(`${stack}: ${judged} AWS resources judged by schema, ${unjudged} of types without one`);
  });

  it("keeps every resource, replica, log and endpoint in its regions", () => {
    expect(outside(planOf(stack), readStack(stacks.root, stack === ALL ? "prod" : stack).config.regions)).toEqual([]);
  });
});

describe("prod, when it is changed", () => {
  const prod = () => planOf("prod");

  it("loses nothing that holds state when a pool and a region come", async () => {
    const grown = await stacks.changed("prod", (text) =>
      text
        .replace("[us-east-1, us-west-2]", "[us-east-1, us-west-2, ap-northeast-1]")
        .replace("max: 2 }", "max: 2 }\n    l40s: { instanceType: g6e.12xlarge, max: 1 }")
        .replace("ha: true", "ha: true\n      pool: a100"),
    );
    expect(grown.plan.length).toBeGreaterThan(prod().length + 50);
    expect(statefulLosses(prod(), grown.plan)).toEqual([]);
  });

  it("would lose everything that holds state in a region that goes, and nothing elsewhere", () => {
    const losses = statefulLosses(
      prod(),
      prod().filter(({ urn }) => !urn.includes("us-west-2")),
    );
    expect(losses).toContainEqual(expect.stringMatching(/Cluster us-west-2\/.*removed/));
    expect(losses.length).toBeGreaterThan(10);
    expect(losses.filter((loss) => !loss.includes("us-west-2"))).toEqual([]);
  });

  it("would be seen to leave its regions: by a provider, a replica, a zone, a registry", () => {
    const one = prod().find(({ type }) => type === "aws:ec2/subnet:Subnet") as PlannedResource;
    const spoilt = [
      { ...one, provider: one.provider.replace("us-east-1", "eu-west-1") },
      { ...one, inputs: { destination: { bucket: "arn:aws:s3:::homeport-prod-weights-eu-west-1" } } },
      { ...one, inputs: { availabilityZoneId: "euc1-az1" } },
      { ...one, inputs: { image: "123456789012.dkr.ecr.ap-south-1.amazonaws.com/vllm" } },
    ];
    expect(outside(spoilt, ["us-east-1", "us-west-2"])).toHaveLength(4);
    expect(outside([one], ["us-east-1", "us-west-2"])).toEqual([]);
  });
});
