import { readStack } from "../../../infra/config/read-stack";
import { mirroredImage } from "../../../infra/core/aws/names";
import { inClusterPattern } from "../../../infra/core/lost-regions";
import { stackImages } from "../../../infra/values/aws/images";
import { providerArgs } from "../../../infra/values/aws/provider";
import type { PlannedResource } from "../../../scripts/lib/render/recorder";
import { renderStack } from "../../../scripts/lib/render/render";
import { fixtureRoot } from "../../support/fixture-root";
import { Plan } from "../../support/plan";

/** Proves how the parts of two regions hang together in the whole program, on mocks. */

const ACCOUNT = "123456789012";
const REGIONS = ["us-east-1", "us-west-2"];
const STACK = `config:
  homeport:environment: { platform: aws, owner: ml-platform, account: "${ACCOUNT}" }
  homeport:regions: [us-east-1, us-west-2]
  homeport:regionStates: { us-west-2: lost }
  homeport:cluster: { access: { via: tunnel }, admins: [arn:aws:iam::${ACCOUNT}:role/deploy] }
  homeport:pools: { a100: { instanceType: p4de.24xlarge, max: 2 } }
  homeport:models: { chat: { live: r42, previous: [r41], releases: { r41: <id:1>, r42: <id:2> } } }
  homeport:policies: { app: { models: [chat], class: internal }, clinic: { models: [chat], class: restricted } }
`;

jest.setTimeout(120_000); // one process for the program

const root = fixtureRoot({ stack: STACK, releases: { chat: { r41: "1", r42: "2" } }, mirrored: REGIONS });
let plan: Plan;
beforeAll(async () => {
  plan = new Plan((await renderStack("fixture", { root })).plan);
});

const regionOf = ({ name }: PlannedResource) => name.split("/")[0] ?? "";
const customOf = (prefix: string) => plan.resources.filter(({ type }) => type.startsWith(prefix));

it("gives each region providers of its own, and everything in it goes through them", () => {
  for (const region of REGIONS)
    expect(plan.only("pulumi:providers:aws", region).inputs).toMatchObject({
      region,
      allowedAccountIds: JSON.stringify([ACCOUNT]),
      defaultTags: expect.stringContaining('"homeport.dev/environment":"fixture"'),
    });
  for (const resource of [...customOf("aws:"), ...customOf("kubernetes:")].filter((r) =>
    REGIONS.includes(regionOf(r)),
  )) {
    const [provider, region] = [resource.provider.split("::").at(-1), regionOf(resource)];
    if (provider !== "global") expect([resource.urn, provider]).toEqual([resource.urn, region]);
  }
  for (const { urn, provider } of plan.resources.filter(({ type }) => /^(aws|kubernetes):/.test(type)))
    expect([urn, provider]).not.toEqual([urn, ""]);
});

/** AWS refuses a slash in their names, and Pulumi's own names begin with the logical one: `us-east-1/cluster-1a2b3c4`. */
const WITHOUT_SLASH =
  /^aws:(iam\/(role|rolePolicy|instanceProfile|policy)|sns\/topic|sqs\/queue|lb\/(loadBalancer|targetGroup)|eks\/nodeGroup|cloudwatch\/eventRule|cloudtrail\/trail|scheduler\/schedule):/;

it("names what AWS would not let be named after its place in the program", () => {
  const unnamed = plan.resources.filter(
    ({ type, inputs }) =>
      WITHOUT_SLASH.test(type) && !Object.keys(inputs).some((key) => /^(name|nodeGroupName)(Prefix)?$/.test(key)),
  );
  expect(unnamed.map(({ urn }) => urn)).toEqual([]);
});

it("asks a lost region not even whose credentials these are, nor the region of Route 53 where the stack is elsewhere", () => {
  const providerOf = (region: string) => plan.only("pulumi:providers:aws", region).inputs;
  expect(providerOf("us-west-2")).toMatchObject({ stsRegion: "us-east-1", skipCredentialsValidation: "true" });
  for (const answering of ["us-east-1", "global"]) {
    expect(providerOf(answering)).not.toHaveProperty("stsRegion");
    expect(providerOf(answering)).toMatchObject({ skipCredentialsValidation: "false" });
  }
  const { config } = readStack(root, "fixture");
  const inEurope = providerArgs("us-east-1", "eu", { ...config, regions: ["eu-central-1"], regionStates: {} });
  expect(inEurope).toMatchObject({ region: "us-east-1", stsRegion: "eu-central-1" });
});

it("asks a cluster for nothing before its nodes and add-ons stand", () => {
  for (const region of REGIONS) {
    const { dependencies, inputs } = plan.only("pulumi:providers:kubernetes", region);
    // GPU nodes may be long in coming; what is not theirs does not wait for them.
    const first = [
      ...plan.resources.filter(
        ({ type, name }) => type === "aws:eks/nodeGroup:NodeGroup" && name.startsWith(`${region}/system/`),
      ),
      plan.only("aws:eks/addon:Addon", `${region}/coredns`),
      plan.only("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", `${region}/admin/${ACCOUNT}/deploy`),
    ];
    expect(first).toHaveLength(5);
    for (const { urn } of first) expect(dependencies).toContain(urn);
    const [{ cluster }] = JSON.parse(`${inputs.kubeconfig}`).clusters;
    expect(cluster.server).toBe(region === "us-east-1" ? "https://127.0.0.1:16464" : "https://127.0.0.1:16467");
    expect(cluster["tls-server-name"]).toBe(`<endpoint of ${region}/cluster>`);
    expect(`${inputs.kubeconfig}`).not.toContain("token:");
  }
});

it("pulls every image from the registry of its own region, and all of them are on the list to mirror", () => {
  const { config, releases } = readStack(root, "fixture");
  for (const region of REGIONS) {
    const mirrored = new Set(
      stackImages(config, releases).map((image) => mirroredImage({ account: ACCOUNT, region }, image)),
    );
    const objects = customOf("kubernetes:").filter((r) => regionOf(r) === region);
    const asked = objects.flatMap(({ inputs }) => imagesIn(inputs));
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((image) => !mirrored.has(image))).toEqual([]);
  }
});

/** Every text at a key called `image`, at any depth. */
const imagesIn = (value: unknown): string[] =>
  value === null || typeof value !== "object"
    ? []
    : Object.entries(value).flatMap(([key, inner]) =>
        key === "image" && typeof inner === "string" ? [inner] : imagesIn(inner),
      );

it("names what a lost region keeps: all that is in its cluster, and nothing else", () => {
  const pattern = new RegExp(`^${inClusterPattern("fixture", "us-west-2").split("**").map(quoted).join(".*")}$`);
  const kept = plan.resources.filter(({ urn, parent }) => pattern.test(wholeUrn(urn, parent)));
  const inCluster = customOf("kubernetes:").filter((r) => regionOf(r) === "us-west-2");
  expect(kept.filter(({ type }) => type.startsWith("kubernetes:")).map(({ urn }) => urn)).toEqual(
    inCluster.map(({ urn }) => urn),
  );
  expect(kept.filter(({ type }) => /^(aws|pulumi):/.test(type))).toEqual([]);
  expect(inCluster.length).toBeGreaterThan(30);
});

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The mock monitor names only the parent in a URN, the engine all ancestors. */
function wholeUrn(urn: string, parent: string): string {
  const chain: string[] = [];
  for (let at = parent; at !== ""; at = plan.resources.find((r) => r.urn === at)?.parent ?? "")
    chain.unshift(typeOf(at));
  const [head, name] = [urn.split("::").slice(0, 2).join("::"), urn.split("::").slice(3).join("::")];
  return `${head}::${[...chain, typeOf(urn)].join("$")}::${name}`;
}
const typeOf = (urn: string): string => (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
