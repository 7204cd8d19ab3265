import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../../infra/components/aws/cluster";
import type { Network } from "../../infra/components/aws/network/network";
import { LoadBalancers } from "../../infra/components/aws/traffic/load-balancers";
import { joinRegions } from "../../infra/components/failover";
import { TargetBindings } from "../../infra/components/target-bindings";
import type { Addresses } from "../../infra/values/addresses";
import { ACCOUNT, awsConfig, registered, type Sections } from "./aws-cell";
import type { Plan } from "./plan";

/** The entrances of a stack's regions and what joins them, without networks, clusters and everything inside. */

/** One model for one class, and what every test of entrances says of clients. */
export const CHAT: Sections = {
  models: { chat: { live: "r1", releases: { r1: `sha256:${"1".repeat(64)}` } } },
  policies: { app: { models: ["chat"], class: "internal" } },
};

const outputs = (names: string[]) => Object.fromEntries(names.map((name) => [name, pulumi.output(`subnet-${name}`)]));

const NETWORK = {
  vpcId: pulumi.output("vpc-0a1b2c3d4e5f60718"),
  subnets: { private: outputs(["private-1", "private-2"]), public: outputs(["public-1", "public-2"]), gpu: {} },
} as unknown as Network;

const CLUSTER = { securityGroupId: pulumi.output("sg-0a1b2c3d4e5f60718") } as unknown as Cluster;

export interface Entrances {
  plan: Plan;
  addresses: Addresses;
  regionalAddresses: Record<string, Addresses>;
}

export async function entrances(sections: Sections = {}, { preview = false } = {}): Promise<Entrances> {
  const config = awsConfig({ ...CHAT, ...sections });
  let told: Omit<Entrances, "plan"> = { addresses: {}, regionalAddresses: {} };
  const plan = await registered(
    (parent) => {
      const cells = config.regions.map((region) => {
        const cell = { region, place: { environment: "prod", account: ACCOUNT, region }, config, releases: {} };
        const loadBalancers = new LoadBalancers(cell, { network: NETWORK, cluster: CLUSTER }, { parent });
        new TargetBindings(region, config, loadBalancers, { parent });
        return { region, loadBalancers };
      });
      const joined = joinRegions({ name: "prod", config }, cells, { chat: { app: "/p/app/v1" } });
      pulumi.output({ ...joined }).apply((known) => {
        told = known as typeof told;
      });
    },
    { preview },
  );
  return { plan, ...told };
}
