import { ExitCode, InputError, OperationError } from "../../infra/core/errors";
import { up } from "../../scripts/commands/up";
import { fixtureRoot } from "../support/fixture-root";
import { StandInTools, standIns } from "../support/stand-in-tools";

/** Proves how Pulumi is called; what `--exclude` then keeps is Pulumi's word (decision 0077), run only where it is. */

const stack = (more = "") => `config:
  homeport:environment: { platform: aws, owner: ml-platform, account: "123456789012" }
  homeport:regions: [us-east-1, us-west-2]
  homeport:cluster: { access: { cidrs: [203.0.113.0/24] }, admins: [arn:aws:iam::123456789012:role/deploy] }
  homeport:pools: { a100: { instanceType: p4de.24xlarge, max: 2 } }
  homeport:models: { chat: { live: r1, releases: { r1: <id:1> } } }
  homeport:policies: { app: { models: [chat], class: internal } }
${more}`;
const rootOf = (more?: string) => fixtureRoot({ stack: stack(more), releases: { chat: { r1: "1" } } });

const now = standIns();

const preflight = async () => ExitCode.ok;
const options = { stack: "fixture", preflight: true, yes: true };

it("asks the account first, and goes no further when it says no", async () => {
  now.tools.add("pulumi");
  expect(await up(options, { root: rootOf(), preflight: async () => ExitCode.failed })).toBe(ExitCode.failed);
  expect(now.tools.calls()).toEqual([]);
});

it("calls pulumi for every region, and lets one region's trouble stay its own", async () => {
  now.tools.add("pulumi");
  expect(await up(options, { root: rootOf(), preflight })).toBe(ExitCode.ok);
  expect(now.tools.calls()).toEqual(["pulumi up --stack fixture --yes --continue-on-error"]);
});

it("leaves what runs in a lost region as it is", async () => {
  now.tools.add("pulumi");
  const root = rootOf("  homeport:regionStates: { us-west-2: lost }\n");
  await up({ ...options, preview: true }, { root, preflight });
  expect(now.tools.calls()).toEqual([
    "pulumi preview --stack fixture --exclude urn:pulumi:fixture::homeport::homeport:kubernetes:RegionCell$**::us-west-2/**",
  ]);
});

it("does not begin where Helm would find no chart of the bundle, also when nobody asks the account", async () => {
  now.tools.add("pulumi");
  const root = fixtureRoot({
    stack: stack()
      .replace("platform: aws", "platform: aws, airgapped: true")
      .replace("cidrs: [203.0.113.0/24]", "via: inside"),
    releases: { chat: { r1: "1" } },
  });
  const error = await up({ ...options, preflight: false }, { root, preflight }).catch((e) => e);
  expect(error).toBeInstanceOf(InputError);
  expect(error.problems).toHaveLength(4);
  expect(error.problems[0]).toEqual({
    path: "chart oci://docker.io/envoyproxy/gateway-helm v1.9.1",
    given: "gateway-helm-v1.9.1.tgz is not there",
    allowed: "gateway-helm-v1.9.1.tgz and gateway-helm-v1.9.1.manifest.json",
    fix: "homeport bundle import <folder> --stack fixture",
  });
  expect(now.tools.calls()).toEqual([]);
});

it("fails as pulumi fails, and says what to do where it is missing", async () => {
  now.tools.add("pulumi", "exit 255");
  expect(await up(options, { root: rootOf(), preflight })).toBe(ExitCode.failed);
  const without = new StandInTools();
  without.alone();
  const error = await up(options, { root: rootOf(), preflight }).catch((e) => e);
  without.restore();
  expect(error).toBeInstanceOf(OperationError);
  expect(error.message).toMatch(/^pulumi is not on the PATH; install the Pulumi CLI/);
});
