import { type Command, InvalidArgumentError } from "commander";
import { ExitCode } from "../../infra/core/errors";
import { benchGateway, type GatewayOptions } from "../bench/gateway";
import { gatewayText } from "../bench/gateway-text";
import { benchRollout, type RolloutOptions } from "../bench/rollout";
import { rolloutText } from "../bench/rollout-text";
import { action } from "../lib/action";
import { terminal } from "../lib/report";

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number above 0");
  return value;
};

export function register(program: Command): void {
  const bench = program.command("bench").description("measure the promises on the local platform");
  bench
    .command("rollout")
    .description("streamed requests through promote, rollback, rolling restart and pod deletion; none may be lost")
    .option("--stack <env>", "environment", "local")
    .option("--model <name>", "model", "chat")
    .option("--rate <n>", "requests per second", positive, 55)
    .option("--seconds <n>", "shortest duration", positive, 200)
    .option("--no-control", "leave out the control run, which shows that the load does lose requests unprotected")
    .option("--json", "print JSON")
    .action(
      action(async ({ json, ...options }: RolloutOptions & { json?: boolean }) => {
        const report = await benchRollout(options);
        if (json) terminal.json(report);
        else terminal.out(rolloutText(report));
        return report.missed.length === 0 ? ExitCode.ok : ExitCode.failed;
      }),
    );
  bench
    .command("gateway")
    .description("what Envoy, and Envoy with the guard, add to a request of 1 KiB and 200 KiB")
    .option("--stack <env>", "environment", "local")
    .option("--model <name>", "model", "chat")
    .option("--rounds <n>", "requests per way", positive, 3000)
    .option("--idle-states", "let the processors fall asleep between two hops, as on a machine with nothing else to do")
    .option("--json", "print JSON")
    .action(
      action(async ({ json, ...options }: GatewayOptions & { json?: boolean }) => {
        const report = await benchGateway(options);
        if (json) terminal.json(report);
        else terminal.out(gatewayText(report));
        return report.missed.length === 0 ? ExitCode.ok : ExitCode.failed;
      }),
    );
}
