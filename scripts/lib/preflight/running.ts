import { EC2Client, type Instance, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { INSTANCE_TYPES } from "../../../infra/core/aws/instance-catalog";
import { clusterName, type Place } from "../../../infra/core/aws/names";
import { type QuotaName, quotaName } from "../../../infra/core/aws/quotas";
import { awsClient } from "../aws/client";

/** What already runs in a region and counts against the account's quotas there. */

export type VCpus = Partial<Record<QuotaName, number>>;

/** Tags by which EKS and Karpenter say whose a node is. */
const CLUSTER_TAGS = ["eks:cluster-name", "aws:eks:cluster-name", "eks:eks-cluster-name"];

const belongsTo = (cluster: string, { Tags = [] }: Instance): boolean =>
  Tags.some(({ Key = "", Value }) => CLUSTER_TAGS.includes(Key) && Value === cluster);

const vCpusOf = ({ InstanceType, CpuOptions }: Instance): number =>
  INSTANCE_TYPES.get(InstanceType ?? "")?.vCpus ?? (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 1);

/** EC2 names spot and capacity blocks; everything else is on demand, reserved or not. */
const kindOf = ({ InstanceLifecycle }: Instance): string =>
  InstanceLifecycle === "capacity-block" ? "block" : (InstanceLifecycle ?? "on-demand");

/** vCPUs by quota of instances that are not this stack's: those are part of what the stack may run. */
export function vCpusOfOthers(instances: readonly Instance[], cluster: string): VCpus {
  const used: VCpus = {};
  for (const instance of instances) {
    const name = quotaName(instance.InstanceType ?? "", kindOf(instance));
    if (name !== undefined && !belongsTo(cluster, instance)) used[name] = (used[name] ?? 0) + vCpusOf(instance);
  }
  return used;
}

/** Stopped instances count against nothing. */
export async function runningBesides(place: Place): Promise<VCpus> {
  const client = awsClient(EC2Client, { region: place.region });
  const Filters = [{ Name: "instance-state-name", Values: ["pending", "running"] }];
  const instances: Instance[] = [];
  for await (const { Reservations = [] } of paginateDescribeInstances({ client }, { Filters, MaxResults: 1000 }))
    instances.push(...Reservations.flatMap(({ Instances = [] }) => Instances));
  return vCpusOfOthers(instances, clusterName(place));
}
