import { architectureFile } from "../../scripts/gen/architecture";
import type { PlannedResource } from "../../scripts/lib/render/recorder";
import { planned } from "../support/aws/planned";

/** The drawing follows the plan; that the file in the repository is fresh is what `homeport gen --check` says. */

const under = (
  parent: PlannedResource,
  resource: PlannedResource,
  ...waitsFor: PlannedResource[]
): PlannedResource => ({
  ...resource,
  parent: parent.urn,
  dependencies: waitsFor.map(({ urn }) => urn),
});

const foundation = planned("homeport:aws:Foundation", "us-east-1", {});
const network = under(foundation, planned("homeport:aws:Network", "us-east-1", {}));
const vpc = under(network, planned("aws:ec2/vpc:Vpc", "us-east-1/vpc", {}));
const subnets = ["a", "b"].map((zone) =>
  under(network, planned("aws:ec2/subnet:Subnet", `us-east-1/${zone}`, {}), vpc),
);
const clusters = under(foundation, planned("homeport:aws:Cluster", "us-east-1", {}));
const cluster = under(clusters, planned("aws:eks/cluster:Cluster", "us-east-1/cluster", {}), ...subnets);
const addOns = under(foundation, planned("homeport:aws:AddOns", "us-east-1/after-nodes", {}));
const addOn = under(addOns, planned("aws:eks/addon:Addon", "us-east-1/dns", {}), cluster, vpc);
const west = { ...foundation, urn: `${foundation.urn}-west`, name: "us-west-2" };

const drawn = (...more: PlannedResource[]): string =>
  architectureFile([foundation, west, network, vpc, ...subnets, clusters, cluster, addOns, addOn, ...more]).text;

it("draws each component with what it holds, and an arrow to what waits for it", () => {
  const text = drawn();
  expect(text).toContain('Network["<b>Network</b><br/>2 Subnet<br/>Vpc"]');
  expect(text).toContain('AddOns_after_nodes["<b>AddOns after-nodes</b><br/>Addon"]');
  expect(text).toContain("Network --> Cluster\n");
  expect(text).toContain('failover --> us_west_2["us-west-2<br/>the same again"]');
});

it("leaves out arrows that a longer way says already, and what is plumbing", () => {
  expect(drawn()).not.toContain("Network --> AddOns_after_nodes");
  expect(drawn()).toContain("Cluster --> AddOns_after_nodes");
  const rule = under(network, planned("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "us-east-1/x", {}));
  expect(drawn(rule)).toBe(drawn());
});
