import { ExitCode, InputError } from "../../infra/core/errors";
import { destroy } from "../../scripts/commands/destroy";
import { fixtureRoot } from "../support/fixture-root";
import { catchPrinted } from "../support/printed";
import { standIns } from "../support/stand-in-tools";

/** Proves what is called in which order; that AWS then lets everything go is not provable here. */

const stack = (more: string) => `config:
  homeport:environment: { platform: aws, profile: development, owner: ml-platform, account: "123456789012" }
  homeport:regions: [us-east-1, us-west-2]
  homeport:pools: { a100: { instanceType: p4de.24xlarge, max: 2 } }
  homeport:models: { chat: { live: r1, releases: { r1: <id:1> } } }
  homeport:policies: { app: { models: [chat], class: internal } }
${more}`;
const ACCESS = "access: { cidrs: [203.0.113.0/24] }, admins: [arn:aws:iam::123456789012:role/deploy]";
const rootOf = (more = `  homeport:cluster: { ${ACCESS} }\n`) =>
  fixtureRoot({ stack: stack(more), releases: { chat: { r1: "1" } } });

const printed = catchPrinted();

const urn = (type: string, name: string) => `urn:pulumi:fixture::homeport::homeport:aws:Cluster$${type}::${name}`;
const STATE = {
  deployment: {
    resources: [
      { urn: urn("aws:eks/cluster:Cluster", "us-east-1/cluster"), type: "aws:eks/cluster:Cluster" },
      {
        urn: urn("aws:kms/key:Key", "us-east-1/cluster"),
        type: "aws:kms/key:Key",
        id: "0a1b",
        protect: true,
        retainOnDelete: true,
      },
    ],
  },
};

const now = standIns((tools) => {
  tools.add(
    "pulumi",
    `case "$*" in *export*) echo '${JSON.stringify(STATE)}';; *destroy*) env | grep K8S >> '${tools.log}';; esac; true`,
  );
  tools.add(
    "kubectl",
    `case "$*" in
      version*) echo '{"clientVersion":{"gitVersion":"v1.34.2"}}';;
      *api-resources*) printf 'pods\\npersistentvolumeclaims\\ntargetgroupbindings.elbv2.k8s.aws\\n';;
    esac`,
  );
});

const regions = ["us-east-1", "us-west-2"];
const kubeconfig = async () => regions;
const calls = () => now.tools.calls().filter((call) => !call.startsWith("kubectl version"));

it("lets controllers clear their own, unprotects by name, then destroys, and says what stays", async () => {
  expect(await destroy("fixture", { yes: true }, { root: rootOf(), kubeconfig })).toBe(ExitCode.ok);
  const [first, ...rest] = calls();
  expect(first).toBe("pulumi stack export --stack fixture");
  expect(rest.slice(-2)).toEqual([
    `pulumi state unprotect ${urn("aws:kms/key:Key", "us-east-1/cluster")} --yes --stack fixture`,
    "pulumi destroy --stack fixture --yes",
  ]);
  for (const region of regions) {
    const deleted = rest.filter((call) => call.includes(`--context ${region} delete`));
    expect(deleted.map((call) => /delete (\S+)/.exec(call)?.[1])).toEqual([
      "targetgroupbindings.elbv2.k8s.aws",
      "persistentvolumeclaims",
    ]);
    expect(deleted.every((call) => call.includes("--wait"))).toBe(true);
  }
  expect(now.said).toContain("  key 0a1b\n");
});

it("leaves a lost region's cluster alone and forgets what was in it", async () => {
  const root = rootOf(`  homeport:cluster: { ${ACCESS} }\n  homeport:regionStates: { us-west-2: lost }\n`);
  await destroy("fixture", { yes: true }, { root, kubeconfig });
  expect(calls().filter((call) => call.includes("us-west-2"))).toEqual([]);
  expect(calls().slice(-2)).toEqual(["pulumi destroy --stack fixture --yes", "PULUMI_K8S_DELETE_UNREACHABLE=true"]);
});

it("prints what went and what stays as JSON", async () => {
  await destroy("fixture", { yes: true, json: true }, { root: rootOf(), kubeconfig });
  expect(JSON.parse(printed.out)).toEqual({ environment: "fixture", removed: 1, kept: [{ kind: "key", id: "0a1b" }] });
});

it("stops before the destroy when a controller does not let go, naming the command's words", async () => {
  now.tools.add(
    "kubectl",
    `case "$*" in version*) echo '{"clientVersion":{"gitVersion":"v1.34.2"}}';; *) echo stuck >&2; exit 1;; esac`,
  );
  const error = await destroy("fixture", { yes: true }, { root: rootOf(), kubeconfig }).catch((e) => e);
  expect(error.message).toMatch(/stuck[\s\S]*regionStates/);
  expect(calls().join()).not.toContain("pulumi destroy");
});

it("changes nothing without the environment's name, which nobody can type here", async () => {
  expect(await destroy("fixture", {}, { root: rootOf(), kubeconfig })).toBe(ExitCode.pending);
  expect(calls()).toEqual(["pulumi stack export --stack fixture"]);
});

it("refuses while AWS protects the cluster, with the edit that a review can see", async () => {
  const root = rootOf(`  homeport:cluster: { ${ACCESS}, deletionProtection: true }\n`);
  const error = await destroy("fixture", { yes: true }, { root, kubeconfig }).catch((e) => e);
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toContain("cluster.deletionProtection: on; off, for an environment that is to be destroyed");
  expect(calls()).toEqual([]);
});
