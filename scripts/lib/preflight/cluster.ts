import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { clusterName, type Place } from "../../../infra/core/aws/names";
import { awsClient, isMissing } from "../aws/client";
import type { Asked, Check } from "./check";

const REACH_MS = 5_000;

/** `pulumi up` and a rollback need the Kubernetes API; better to learn now that it cannot be reached. */
export const clusterCheck = (place: Place, { config }: Asked): Check => ({
  name: `${place.region} cluster`,
  look: async () => {
    const name = clusterName(place);
    const eks = awsClient(EKSClient, { region: place.region });
    const answer = await eks.send(new DescribeClusterCommand({ name })).catch((error) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (answer?.cluster === undefined) return { found: `${name} is not made yet` };
    const { status, endpoint } = answer.cluster;
    if (status !== "ACTIVE") return { found: `${name} is ${status}`, fix: "wait until it is ACTIVE" };
    const { via } = config.cluster.access;
    if (via === "tunnel") return { found: `${name} is ACTIVE, reached through the tunnel` };
    const why = await unreachable(endpoint ?? "");
    if (why === undefined) return { found: `${name} is ACTIVE and answers` };
    return {
      found: `${name} is ACTIVE, but ${endpoint} does not answer here (${why})`,
      fix:
        via === "public"
          ? "run this from an address in cluster.access.cidrs, or add this one"
          : "run this from a machine in the VPC or a network joined to it",
    };
  },
});

/** Any answer will do, also one that says who are you; its certificate is the cluster's own. */
async function unreachable(endpoint: string): Promise<string | undefined> {
  try {
    await fetch(endpoint, { method: "HEAD", signal: AbortSignal.timeout(REACH_MS) });
    return undefined;
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    const code = cause?.code ?? name;
    return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/.test(code) ? undefined : code;
  }
}
