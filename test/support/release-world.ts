import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ANNOTATIONS, releaseName } from "../../infra/core/names";
import { gatewayValues } from "../../infra/values/gateway";
import { releasesIn } from "../../infra/values/running-releases";
import { modelRoutes } from "../../scripts/lib/releases/model-routes";
import { loadStackText } from "../../scripts/lib/releases/stack-text";
import { stackPaths } from "../../scripts/lib/stack-paths";
import { FakeCluster } from "./fake-cluster";
import { fixtureRoot, tinyId } from "./fixture-root";

const STACK = `# yaml-language-server: $schema=stack.schema.json
config:
  homeport:environment: { platform: kubernetes, profile: development, owner: ml }
  homeport:pools: { cpu: { gpuClass: cpu } }
  homeport:models:
    chat: # what the product calls
      live: r1
      candidate: { release: r2, step: staged }
      generation: 7
      releases:
        r1: <id:1> # good
        r2: <id:2> # new
        r3: <id:3>
      startupSeconds: 40
  homeport:policies:
    app: { models: [chat], class: internal }
`;

const IN_TWO_REGIONS = STACK.replace("platform: kubernetes", 'platform: aws, account: "123456789012"').replace(
  "homeport:pools: { cpu: { gpuClass: cpu } }",
  "homeport:regions: [us-east-1, us-west-2]\n  homeport:cluster: { access: { via: tunnel }, admins: [arn:aws:iam::123456789012:role/deploy] }\n  homeport:pools: { a100: { instanceType: p4de.24xlarge, max: 2 } }",
);

export const serviceOf = (seed: string, variant = "cpu"): string => releaseName("chat", tinyId(seed), variant);

/** The part of a route that promote and rollback are about, without the half second that helm takes. */
const plainRoutes: typeof modelRoutes = ({ name, config, releases }, region, model, also) => {
  const { running } = releasesIn({ environment: name, region }, config, model, releases, also);
  const values = gatewayValues(region, config, model, running);
  return (values?.policies ?? []).map(({ route, hostnames }) => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: route, annotations: { [ANNOTATIONS.generation]: String(values?.generation) } },
    spec: {
      hostnames,
      rules: [{ backendRefs: values?.backends.map(({ service, weight }) => ({ name: service, weight })) }],
    },
  }));
};

/** A checkout with model `chat` (r1 live, r2 staged, r3 only pinned) that is deployed in each of the regions. */
export function releaseWorld({ twoRegions = false, helm = false } = {}) {
  const regions = twoRegions ? ["us-east-1", "us-west-2"] : ["local"];
  const variant = twoRegions ? "a100x2" : "cpu";
  const routes = helm ? modelRoutes : plainRoutes;
  const stack = twoRegions ? IN_TWO_REGIONS : STACK;
  const root = fixtureRoot({ stack, releases: { chat: { r1: "1", r2: "2", r3: "3" } }, mirrored: regions });
  const paths = stackPaths("fixture", root);
  const text = () => readFileSync(paths.stack, "utf8");
  const clusters = Object.fromEntries(regions.map((region) => [region, new FakeCluster()]));
  /** What `up` does with the stack file as it is. */
  const up = () => {
    const loaded = loadStackText(paths, text());
    for (const [region, cluster] of Object.entries(clusters)) {
      const ready = { wanted: 1, available: 1 };
      cluster.deploy(routes(loaded.stack, region, "chat"), {
        [serviceOf("1", variant)]: ready,
        [serviceOf("2", variant)]: ready,
      });
    }
  };
  up();
  let seconds = 0;
  const clock = {
    elapsed: () => seconds,
    sleep: async (ms: number) => {
      seconds += ms / 1000;
    },
  };
  return {
    root,
    paths,
    clusters,
    cluster: clusters[regions[0]!]!,
    world: { root, clusters, routes, clock },
    text,
    write: (next: string) => writeFileSync(paths.stack, next),
    changeFile: join(paths.state, "changes", "chat.json"),
    up,
  };
}
