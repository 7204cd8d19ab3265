import { weightsBucketIsTheRegionsOwn } from "../../../infra/config/rules/weights";
import { helmTemplate } from "../../../infra/core/helm-template";
import { nodeCacheValues } from "../../../infra/values/node-cache";
import { ACCOUNT, awsConfig } from "../../support/aws-cell";

const image = `homeport.local/agent@sha256:${"0".repeat(64)}`;
const place = { environment: "prod", account: ACCOUNT, region: "us-west-2" };
const pools = { a100: { instanceType: "p4de.24xlarge", max: 2 } };
const settings = (sections: Record<string, unknown>) => {
  const values = nodeCacheValues(awsConfig(sections), [], image, place);
  return { values, config: JSON.parse(values.config) };
};

it("reads its own region's bucket by its role, on the pools' nodes alone", () => {
  const { values, config } = settings({ regions: ["us-east-1", "us-west-2"], pools });
  expect(config.store).toEqual({
    bucket: `homeport-prod-${ACCOUNT}-weights-us-west-2`,
    region: "us-west-2",
    pathStyle: false,
  });
  expect(values.credentialsSecret).toBe("");
  expect(values.ports.store).toEqual([443]);
  expect(values.pools).toEqual(["a100"]);
});

it("may reach the node's credentials agent exactly where its role opens the bucket", () => {
  const agentOf = (values: object) =>
    JSON.stringify(helmTemplate("node-cache", values).filter(({ kind }) => kind === "NetworkPolicy")).match(
      /169\.254[^"]*/g,
    );
  const { values } = settings({ pools });
  expect(agentOf(values)).toEqual(["169.254.170.23/32"]);
  expect(agentOf({ ...values, credentialsSecret: "keys" })).toBeNull();
});

it("insists on the instance store where every pool has one, and not where a pool has none", () => {
  expect(settings({ pools }).config.requireMount).toBe("/mnt/k8s-disks/0");
  expect(settings({ pools: { ...pools, cpu: { gpuClass: "cpu", max: 1 } } }).config.requireMount).toBeUndefined();
});

it("refuses a bucket, an address or keys of one's own on aws", () => {
  const weights = { bucket: "mine", endpoint: "http://10.0.0.5:7070", accessKeyId: "abc" };
  const stack = { name: "prod", releases: {}, today: "2026-11-22" };
  const paths = (sections: Record<string, unknown>) =>
    weightsBucketIsTheRegionsOwn({ ...stack, config: awsConfig(sections) }).map(({ path }) => path);
  expect(paths({ weights })).toEqual(["weights.bucket", "weights.endpoint", "weights.accessKeyId"]);
  expect(paths({})).toEqual([]);
});
