import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { parse, stringify } from "yaml";
import type { LoadedStack } from "../../../infra/config/schema";
import { clusterName, type Place } from "../../../infra/core/aws/names";
import { kubeconfig } from "../../../infra/values/aws/cluster/kubeconfig";
import { tunnelPort } from "../../../infra/values/aws/cluster/tunnel";
import { placesOf } from "./account";
import { awsClient, isMissing } from "./client";

type Kubeconfig = ReturnType<typeof kubeconfig<string>>;

/**
 * Writes a kubeconfig with one context per region, called as the region, for the commands that talk to clusters. Answers
 * the regions that have a cluster. No secret is in it: tokens are made by the AWS CLI for each call. A lost region is not
 * asked, because a rollback in the others must not wait for it; what the file says of it stays.
 */
export async function writeKubeconfig(stack: LoadedStack, file: string): Promise<string[]> {
  const tunnelled = stack.config.cluster.access.via === "tunnel";
  const before = existsSync(file) ? (parse(readFileSync(file, "utf8")) as Kubeconfig) : undefined;
  const describe = async (place: Place): Promise<Kubeconfig | undefined> =>
    stack.config.regionStates[place.region] === "lost"
      ? before && onlyOf(place.region, before)
      : clusterConfig(place, tunnelled);
  const found = (await Promise.all(placesOf(stack).map(describe))).filter((one) => one !== undefined);
  const merged = {
    apiVersion: "v1",
    kind: "Config",
    ...(found[0] && { "current-context": found[0]["current-context"] }),
    clusters: found.flatMap(({ clusters }) => clusters),
    contexts: found.flatMap(({ contexts }) => contexts),
    users: found.flatMap(({ users }) => users),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stringify(merged), { mode: 0o600 });
  return merged.contexts.map(({ name }) => name);
}

/** One region's part; all of it is called as the region. */
function onlyOf(region: string, { clusters, contexts, users, ...rest }: Kubeconfig): Kubeconfig | undefined {
  const own = <T extends { name: string }>(all: T[]): T[] => all.filter(({ name }) => name === region);
  if (own(contexts).length === 0) return undefined;
  return { ...rest, "current-context": region, clusters: own(clusters), contexts: own(contexts), users: own(users) };
}

async function clusterConfig(place: Place, tunnelled: boolean): Promise<Kubeconfig | undefined> {
  const eks = awsClient(EKSClient, { region: place.region });
  try {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: clusterName(place) })).catch((error) => {
      if (isMissing(error)) return { cluster: undefined };
      throw error;
    });
    if (cluster?.endpoint === undefined) return undefined;
    const address = { endpoint: cluster.endpoint, certificateAuthority: cluster.certificateAuthority?.data ?? "" };
    const tunnel = { serverName: new URL(cluster.endpoint).host, port: tunnelPort(place.region) };
    return kubeconfig(place, address, tunnelled ? tunnel : undefined);
  } finally {
    eks.destroy();
  }
}
