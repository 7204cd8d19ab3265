import { stringify } from "yaml";
import type { KubernetesObject } from "../../infra/core/kubernetes-object";
import { toolBinary } from "../../infra/core/tool-binaries";
import { karpenterObjects } from "../../infra/values/aws/nodes/karpenter";
import { type RenderedStack, renderStack } from "../../scripts/lib/render/render";
import { withApiServer } from "../../scripts/lib/validate/api-server";
import { type Validation, validateObjects } from "../../scripts/lib/validate/validate";
import { attempt, poll } from "../../scripts/local/command";
import { buildGoModule } from "../../scripts/local/toolchain";
import { awsCell } from "../support/aws-cell";

jest.setTimeout(900_000); // on a bare machine the API server is built first

/** Answers of one real API server, taken in one go: starting it costs more than asking it. */
let rendered: RenderedStack;
let whole: Validation;
let broken: Validation;
let karpenter: Validation;
let accepted: string[];
let refused: Record<string, string>;

const changed = (kind: string, change: (object: Record<string, never>) => void) => {
  const found = rendered.objects.find(
    ({ object, stage }) => object.kind === kind && (kind !== "HTTPRoute" || stage === "routes"),
  );
  if (found === undefined) throw new Error(`no ${kind}`);
  const copy = structuredClone(found);
  change(copy.object as unknown as Record<string, never>);
  return copy;
};

const routeAt = (generation: string | undefined): KubernetesObject => {
  const { object } = changed("HTTPRoute", () => undefined);
  const { annotations: _, ...metadata } = object.metadata;
  return generation === undefined
    ? { ...object, metadata }
    : { ...object, metadata: { ...metadata, annotations: { "homeport.dev/generation": generation } } };
};

const boundTo = (targetType: string): KubernetesObject => ({
  apiVersion: "elbv2.k8s.aws/v1beta1",
  kind: "TargetGroupBinding",
  metadata: { name: "chat-internal-network", namespace: "envoy-gateway-system" },
  spec: { targetGroupARN: "<arn of a group>", targetType, serviceRef: { name: "homeport-internal", port: 80 } },
});

/** As in a stack whose small nodes Karpenter makes; the API server takes them for objects of stack local. */
function karpenterNodes(change: (object: KubernetesObject) => void = () => undefined) {
  const small = { instanceType: "g6e.2xlarge", manager: "karpenter", capacity: ["spot", "on-demand"], max: 4 };
  const objects = structuredClone(karpenterObjects(awsCell({ pools: { small } })));
  objects.forEach(change);
  return objects.map((object) => ({ ...changed("Namespace", () => undefined), object }));
}

beforeAll(async () => {
  await buildGoModule("kubernetes");
  await buildGoModule("envoy-gateway");
  rendered = await renderStack("local");
  await withApiServer(async (kubeconfig) => {
    whole = await validateObjects(kubeconfig, rendered.objects);
    const namespaces = rendered.objects.filter(({ object }) => object.kind === "Namespace");
    broken = await validateObjects(kubeconfig, [
      ...namespaces,
      changed("HTTPRoute", (route: { spec?: { rules: { timeout?: object }[] } }) => {
        Object.assign(route.spec?.rules[0] ?? {}, { timeout: {} });
      }),
      changed("BackendTrafficPolicy", (policy: { spec?: object }) => {
        Object.assign(policy.spec ?? {}, { loadBalancer: { type: "Fastest" } });
      }),
      changed("Deployment", (deployment: { spec?: { template: { spec: { hostNetwork?: boolean } } } }) => {
        Object.assign(deployment.spec?.template.spec ?? {}, { hostNetwork: true });
      }),
      // Only AWS stacks have one.
      { ...changed("Deployment", () => undefined), object: boundTo("pod") },
      ...karpenterNodes(({ kind, spec }) => {
        if (kind === "NodePool") Object.assign(spec as object, { weight: 101 });
        else Object.assign(spec as object, { role: "beside-the-profile" });
      }),
    ]);
    karpenter = await validateObjects(kubeconfig, [...namespaces, ...karpenterNodes()]);
    await applyRoutes(kubeconfig);
  });
});

/** The admission policy against real updates, in the order in which people would try them. */
async function applyRoutes(kubeconfig: string): Promise<void> {
  const kubectl = (args: string[], object: unknown) =>
    attempt(toolBinary("kubectl"), ["--kubeconfig", kubeconfig, ...args, "--filename", "-"], {
      input: stringify(object),
    });
  const write = (object: KubernetesObject, ...flags: string[]) =>
    kubectl(["apply", "--server-side", "--force-conflicts", "--field-manager=homeport", ...flags], object);
  for (const { object } of rendered.objects.filter(({ object }) => object.kind.startsWith("ValidatingAdmission")))
    await write(object);
  await write(routeAt("7"));
  // The policy is in force a moment after it is stored; a dry run of the forbidden tells when.
  await poll(async () => ((await write(routeAt("6"), "--dry-run=server")).code !== 0 ? true : undefined), 30_000);
  refused = {
    older: (await write(routeAt("6"))).stderr,
    notANumber: (await write(routeAt("7a"))).stderr,
    replacedWithout: (await kubectl(["replace"], routeAt(undefined))).stderr,
  };
  accepted = [
    (await write(routeAt("7"))).stdout,
    (await write(routeAt("8"))).stdout,
    (await write(routeAt("10"))).stdout,
  ];
}

describe("every rendered object of stack local", () => {
  it("is accepted by a real API server with all CRDs, without a warning", () => {
    expect(whole.problems).toEqual([]);
    expect(whole.judged).toBe(rendered.objects.length);
    expect(whole.judged).toBeGreaterThanOrEqual(30);
    expect(whole.customKinds).toBeGreaterThanOrEqual(22);
    console.info(`${whole.judged} objects judged, ${whole.customKinds} custom kinds`);
  });

  it("would be refused with a field the API does not know, a value it does not allow, or a pod that asks for the host", () => {
    const text = broken.problems.join("\n");
    expect(text).toMatch(/spec\.rules\[0\]\.timeout/);
    expect(text).toMatch(/spec\.loadBalancer\.type.*Fastest/);
    expect(text).toMatch(/spec\.targetType.*"pod"/);
    expect(text).toMatch(/would violate PodSecurity "restricted.*host namespaces/);
  });
});

describe("Karpenter's node classes and pools", () => {
  it("are accepted by its own kinds and their rules", () => {
    expect(karpenter.problems).toEqual([]);
  });

  it("would be refused with a weight that is too heavy, or a role beside the profile", () => {
    const text = broken.problems.join("\n");
    expect(text).toMatch(/NodePool.*spec\.weight.*101/);
    expect(text).toMatch(/EC2NodeClass.*must specify exactly one of \['role', 'instanceProfile'\]/);
  });
});

describe("a route's generation", () => {
  it("never falls, whatever the writer", () => {
    expect(refused.older).toContain("rolled back since; git pull or homeport promote");
    expect(refused.older).toContain("route app-chat is at generation 7, this is 6");
    expect(refused.notANumber).toContain("rolled back since; git pull or homeport promote");
  });

  it("cannot be dropped", () => {
    expect(refused.replacedWithout).toContain("this is without one");
  });

  it("may stay and rise, as a number and not as text", () => {
    for (const answer of accepted) expect(answer).toMatch(/httproute.*app-chat serverside-applied/);
    expect(accepted).toHaveLength(3);
  });
});
