import type { Command } from "commander";
import { readStack } from "../../infra/config/read-stack";
import { ExitCode, InputError } from "../../infra/core/errors";
import { action } from "../lib/action";
import { placesOf } from "../lib/aws/account";
import { keepTunnel } from "../lib/aws/tunnel";
import { stackPaths } from "../lib/stack-paths";

interface TunnelOptions {
  stack: string;
  region?: string;
}

export function register(program: Command): void {
  program
    .command("tunnel")
    .description("reach the private Kubernetes API of an AWS environment through SSM, until it is stopped (Ctrl-C)")
    .requiredOption("--stack <env>", "environment with cluster.access.via: tunnel")
    .option("--region <region>", "one of its regions (default: all)")
    .action(action(tunnel));
}

async function tunnel({ stack: environment, region }: TunnelOptions): Promise<ExitCode> {
  const stack = readStack(stackPaths(environment).root, environment);
  const places = placesOf(stack).filter((place) => region === undefined || place.region === region);
  if (places.length === 0)
    throw new InputError([
      {
        path: "--region",
        given: region,
        allowed: `a region of the stack: ${stack.config.regions.join(", ")}`,
        fix: "correct the name",
      },
    ]);
  const { via } = stack.config.cluster.access;
  if (via !== "tunnel")
    throw new InputError([
      {
        path: "cluster.access.via",
        given: via,
        allowed: "`tunnel`: with it nodes may be reached by SSM, and the kubeconfig names this machine",
        fix: `no tunnel is needed here; or set it and run 'homeport up --stack ${environment}'`,
      },
    ]);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  try {
    await Promise.all(places.map((place) => keepTunnel(place, stop.signal)));
  } finally {
    stop.abort();
  }
  return ExitCode.ok;
}
