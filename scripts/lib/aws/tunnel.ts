import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import type { LoadedStack } from "../../../infra/config/schema";
import { clusterName, type Place } from "../../../infra/core/aws/names";
import { OperationError } from "../../../infra/core/errors";
import { tunnelPort } from "../../../infra/values/aws/cluster/tunnel";
import { lastLines, poll } from "../../local/command";
import { terminal } from "../report";
import { placesOf } from "./account";
import { awsClient, isMissing } from "./client";

/** How often a cluster is asked for that does not exist yet: `pulumi up` is making it meanwhile. */
const ASK_AGAIN_MS = 15_000;

/** Where a tunnel leads: through a node, to the private address of the Kubernetes API. */
export interface TunnelEnds {
  instance: string;
  host: string;
}

/** `undefined` while the cluster or its first system node is not there yet. */
export async function tunnelEnds(place: Place): Promise<TunnelEnds | undefined> {
  const eks = awsClient(EKSClient, { region: place.region });
  const ec2 = awsClient(EC2Client, { region: place.region });
  try {
    const name = clusterName(place);
    const found = await eks.send(new DescribeClusterCommand({ name })).catch((error) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    const endpoint = found?.cluster?.endpoint;
    if (endpoint === undefined || found?.cluster?.status === "CREATING") return undefined;
    const nodes = await ec2.send(
      new DescribeInstancesCommand({
        Filters: [
          { Name: "tag:eks:cluster-name", Values: [name] },
          { Name: "tag:homeport.dev/pool", Values: ["system"] },
          { Name: "instance-state-name", Values: ["running"] },
        ],
      }),
    );
    const ids = (nodes.Reservations ?? []).flatMap(({ Instances = [] }) =>
      Instances.map((one) => one.InstanceId ?? ""),
    );
    const instance = ids.sort()[0];
    return instance === undefined ? undefined : { instance, host: new URL(endpoint).host };
  } finally {
    eks.destroy();
    ec2.destroy();
  }
}

/** Arguments of the AWS CLI for one session: a port of this machine, forwarded by the node's SSM agent. */
const sessionArguments = ({ region }: Place, { instance, host }: TunnelEnds): string[] => [
  ...["ssm", "start-session", "--region", region, "--target", instance],
  ...["--document-name", "AWS-StartPortForwardingSessionToRemoteHost"],
  "--parameters",
  JSON.stringify({ host: [host], portNumber: ["443"], localPortNumber: [`${tunnelPort(region)}`] }),
];

const PLUGIN =
  "install the Session Manager plugin: https://docs.aws.amazon.com/systems-manager (Session Manager, install the plugin)";

function session(place: Place, ends: TunnelEnds): { child: ChildProcess; ended: Promise<void> } {
  const child = spawn("aws", sessionArguments(place, ends), {
    env: process.env,
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  const ended = new Promise<void>((resolve, reject) => {
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.on("error", (cause) =>
      reject(new OperationError("aws is not on the PATH", "install the AWS CLI, version 2", { cause })),
    );
    child.on("close", (code) => {
      if (/SessionManagerPlugin is not found/i.test(said))
        reject(new OperationError("the AWS CLI has no Session Manager plugin", PLUGIN));
      if (code) terminal.note(`${place.region}: the session ended: ${lastLines(said, 1)}`);
      resolve();
    });
  });
  return { child, ended };
}

/**
 * Keeps one region's Kubernetes API reachable at its port of this machine until `signal`: waits for a cluster that is not
 * there yet, and opens a new session when one ends, because SSM ends idle ones and nodes are replaced.
 */
export async function keepTunnel(
  place: Place,
  signal: AbortSignal,
  { look = tunnelEnds, everyMs = ASK_AGAIN_MS } = {},
): Promise<void> {
  const { region } = place;
  let waiting = false;
  while (!signal.aborted) {
    const ends = await look(place);
    if (ends === undefined) {
      if (!waiting)
        terminal.note(`${region}: ${clusterName(place)} or its first system node is not there yet; waiting`);
      waiting = true;
      await wait(everyMs, undefined, { signal }).catch(() => undefined);
      continue;
    }
    terminal.note(`${region}: 127.0.0.1:${tunnelPort(region)} → ${ends.instance} → ${ends.host}`);
    const { child, ended } = session(place, ends);
    const end = () => void (child.pid && process.kill(-child.pid)); // the CLI and its plugin
    signal.addEventListener("abort", end, { once: true });
    await ended.finally(() => signal.removeEventListener("abort", end));
    await wait(Math.min(everyMs, 1000), undefined, { signal }).catch(() => undefined);
  }
}

/** How long a tunnel to a cluster that is there may take to open. */
const OPENS_MS = 30_000;

/**
 * Tunnels beside another command, where the stack has them; answers what closes them. Returns when those are open whose
 * clusters are there; the others open while the command makes theirs. Later trouble is told, not thrown.
 */
export async function openTunnels(stack: LoadedStack, except: readonly string[] = []): Promise<() => void> {
  const ends = new AbortController();
  if (stack.config.cluster.access.via !== "tunnel") return () => undefined;
  await Promise.all(
    placesOf(stack)
      .filter(({ region }) => !except.includes(region))
      .map(async (place) => {
        const there = (await tunnelEnds(place)) !== undefined;
        keepTunnel(place, ends.signal).catch((error: Error) => terminal.error(`${place.region}: ${error.message}`));
        if (there && (await poll(() => accepts(tunnelPort(place.region)), OPENS_MS)) === undefined)
          throw new OperationError(
            `${place.region}: the tunnel did not open within ${OPENS_MS / 1000} s`,
            `see what 'homeport tunnel --stack ${stack.name}' says`,
          );
      }),
  ).catch((error) => {
    ends.abort();
    throw error;
  });
  return () => ends.abort();
}

/** `true` when something on this machine takes connections at the port, else undefined. */
const accepts = (port: number): Promise<true | undefined> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(undefined));
    socket.once("connect", () => socket.destroy());
  });
