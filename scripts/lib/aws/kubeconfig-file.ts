import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { stringify } from "yaml";
import type { LoadedStack } from "../../../infra/config/schema";
import { clusterName, type Place } from "../../../infra/core/aws/names";
import { kubeconfig } from "../../../infra/values/aws/kubeconfig";
import { tunnelPort } from "../../../infra/values/aws/tunnel";
import { placesOf } from "./account";
import { awsClient, isMissing } from "./client";

/**
 * Writes a kubeconfig with one context per region, called as the region, for the commands that talk to clusters. Answers
 * the regions that have a cluster. No secret is in it: tokens are made by the AWS CLI for each call.
 */
export async function writeKubeconfig(stack: LoadedStack, file: string): Promise<string[]> {
  const tunnelled = stack.config.cluster.access.via === "tunnel";
  const found = (await Promise.all(placesOf(stack).map((place) => clusterConfig(place, tunnelled)))).flatMap((one) =>
    one === undefined ? [] : [one],
  );
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

async function clusterConfig(place: Place, tunnelled: boolean) {
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
