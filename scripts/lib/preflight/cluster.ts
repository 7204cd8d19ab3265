import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { clusterName, type Place } from "../../../infra/core/aws/names";
import { OperationError } from "../../../infra/core/errors";
import { attempt, lastLines } from "../../local/command";
import { awsClient, isMissing } from "../aws/client";
import { tunnelEnds } from "../aws/tunnel";
import type { Asked, Check, Finding } from "./check";

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
    if (via === "tunnel") return throughTunnel(place, name);
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

/**
 * The tunnel's far end is a node whose SSM agent is online. Asked by the AWS CLI, which also opens the tunnel: what it may
 * not do now it will not do then.
 */
async function throughTunnel(place: Place, name: string): Promise<Finding> {
  const ends = await tunnelEnds(place);
  if (ends === undefined)
    return {
      found: `${name} is ACTIVE, but no node of its system pool runs: there is nothing to tunnel through`,
      fix: "pulumi up makes them; else the node group's events in EKS say why none comes",
    };
  const { instance } = ends;
  const status = await agentStatus(place.region, instance);
  return status === "Online"
    ? { found: `${name} is ACTIVE, reached through ${instance}, whose SSM agent is online` }
    : {
        found: `${name} is ACTIVE, but the SSM agent of ${instance} is ${status ?? "not known to Systems Manager"}`,
        fix: "a new node needs some minutes; later its role or the ssm and ssmmessages endpoints are the usual reason",
      };
}

/** `Online`, `ConnectionLost` or `Inactive` (`PingStatus` of AWS's SDKs, read 2026-11-22). */
async function agentStatus(region: string, instance: string): Promise<string | undefined> {
  const question = ["ssm", "describe-instance-information", "--filters", `Key=InstanceIds,Values=${instance}`];
  const { code, stdout, stderr } = await attempt("aws", [...question, "--region", region, "--output", "json"]).catch(
    (cause) => {
      throw new OperationError("aws is not on the PATH", "install the AWS CLI, version 2", { cause });
    },
  );
  if (code !== 0)
    throw new OperationError(lastLines(stderr.trim(), 1), "let this role do ssm:DescribeInstanceInformation");
  const { InstanceInformationList = [] } = JSON.parse(stdout) as {
    InstanceInformationList?: { PingStatus?: string }[];
  };
  return InstanceInformationList[0]?.PingStatus;
}

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
