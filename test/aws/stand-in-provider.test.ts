import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckRequest,
  type CheckResponse,
  ConfigureRequest,
  type ConfigureResponse,
  CreateRequest,
  type CreateResponse,
  DeleteRequest,
  DiffRequest,
  type DiffResponse,
  ReadRequest,
  type ReadResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { unknownValue } from "@pulumi/pulumi/runtime";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { StandIns } from "../support/engine/stand-ins";

/** The stand-in as the engine sees it: over gRPC. The engine's own tier is test/e2e/pulumi-engine.test.ts. */

type Fields = Record<string, unknown>;
type Answer<T> = (error: Error | null, response: T) => void;

const standIns = new StandIns();
let aws: ResourceProviderClient;
let kubernetes: ResourceProviderClient;

const attach = (port: number | undefined): ResourceProviderClient =>
  new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());

beforeAll(async () => {
  await standIns.start(["aws", "kubernetes"]);
  aws = attach(standIns.ports.aws);
  kubernetes = attach(standIns.ports.kubernetes);
}, 60_000);

afterAll(() => {
  aws.close();
  kubernetes.close();
  standIns.stop();
});

const ask = <T>(call: (answer: Answer<T>) => unknown): Promise<T> =>
  new Promise((settle, fail) => call((error, response) => (error ? fail(error) : settle(response))));

const struct = (fields: Fields): Struct => Struct.fromJavaScript(fields as Parameters<typeof Struct.fromJavaScript>[0]);

const urnOf = (type: string, name: string): string =>
  `urn:pulumi:prod::homeport::homeport:aws:Network$${type}::${name}`;

const VPC = urnOf("aws:ec2/vpc:Vpc", "us-east-1/vpc");
const NODES = urnOf("aws:eks/nodeGroup:NodeGroup", "us-east-1/a100");
const SERVICE = urnOf("kubernetes:core/v1:Service", "us-west-2/chat");

const check = (urn: string, news: Fields) =>
  ask<CheckResponse>((answer) => {
    const request = new CheckRequest();
    request.setUrn(urn);
    request.setOlds(struct({}));
    request.setNews(struct(news));
    aws.check(request, answer);
  });

const diff = (client: ResourceProviderClient, urn: string, olds: Fields, news: Fields) =>
  ask<DiffResponse>((answer) => {
    const request = new DiffRequest();
    request.setUrn(urn);
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    client.diff(request, answer);
  });

const create = (client: ResourceProviderClient, urn: string, inputs: Fields) =>
  ask<CreateResponse>((answer) => {
    const request = new CreateRequest();
    request.setUrn(urn);
    request.setProperties(struct(inputs));
    client.create(request, answer);
  });

const stateOf = (response: CreateResponse): Fields => response.getProperties()?.toJavaScript() as Fields;

const nodes = {
  clusterName: "c",
  nodeRoleArn: "<arn of r>",
  subnetIds: ["s"],
  scalingConfig: { minSize: 0, maxSize: 1, desiredSize: 0 },
};

describe("the stand-in for Pulumi's AWS provider", () => {
  it("can be configured, and takes secrets as secrets", async () => {
    const answer = await ask<ConfigureResponse>((reply) => aws.configure(new ConfigureRequest(), reply));
    expect(answer.getAcceptsecrets()).toBe(true);
  });

  it("checks inputs against AWS's schemas, and takes what is not known yet", async () => {
    const good = await check(NODES, { ...nodes, amiType: "AL2023_x86_64_NVIDIA", clusterName: unknownValue });
    expect(good.getFailuresList()).toEqual([]);
    const bad = await check(NODES, { ...nodes, amiType: "AL2023_NVIDIA" });
    expect(bad.getFailuresList().map((failure) => failure.getReason())).toEqual([expect.stringMatching(/AmiType/)]);
  });

  it("creates the same id and state each time, and the state shows no difference to its inputs", async () => {
    const [one, two] = [
      await create(aws, VPC, { cidrBlock: "10.64.0.0/16" }),
      await create(aws, VPC, { cidrBlock: "10.64.0.0/16" }),
    ];
    expect(one.getId()).toBe(two.getId());
    expect(stateOf(one)).toEqual({ ...stateOf(two), cidrBlock: "10.64.0.0/16" });
    const same = await diff(aws, VPC, stateOf(one), { cidrBlock: "10.64.0.0/16" });
    expect([same.getChanges(), same.getReplacesList()]).toEqual([1, []]);
  });

  it("updates in place what AWS can change, and replaces what it cannot", async () => {
    const made = stateOf(await create(aws, VPC, { cidrBlock: "10.64.0.0/16", enableDnsSupport: true }));
    const updated = await diff(aws, VPC, made, { cidrBlock: "10.64.0.0/16", enableDnsSupport: false });
    expect([updated.getChanges(), updated.getReplacesList()]).toEqual([2, []]);
    const removed = await diff(aws, VPC, made, { cidrBlock: "10.64.0.0/16" });
    expect([removed.getChanges(), removed.getReplacesList()]).toEqual([2, []]);
    const replaced = await diff(aws, VPC, made, { cidrBlock: "10.65.0.0/16", enableDnsSupport: false });
    expect([replaced.getChanges(), replaced.getReplacesList()]).toEqual([2, ["cidrBlock"]]);
  });

  it("reads back what was made, and writes down each change in its order", async () => {
    standIns.takeJournal();
    const made = await create(aws, NODES, nodes);
    const read = await ask<ReadResponse>((answer) => {
      const request = new ReadRequest();
      request.setId(made.getId());
      request.setUrn(NODES);
      request.setProperties(struct(stateOf(made)));
      aws.read(request, answer);
    });
    expect([read.getId(), read.getInputs()?.toJavaScript()]).toEqual([made.getId(), nodes]);
    await ask((answer) => {
      const request = new DeleteRequest();
      request.setId(made.getId());
      request.setUrn(NODES);
      request.setProperties(struct(stateOf(made)));
      aws.delete(request, answer);
    });
    const about = { type: "aws:eks/nodeGroup:NodeGroup", name: "us-east-1/a100" };
    expect(standIns.takeJournal()).toEqual([
      { verb: "create", ...about },
      { verb: "delete", ...about },
    ]);
  });
});

describe("the stand-in for the Kubernetes provider", () => {
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "chat", namespace: "models" } };

  it("replaces an object that gets another name, and no other", async () => {
    const made = stateOf(await create(kubernetes, SERVICE, service));
    const labelled = { ...service, metadata: { ...service.metadata, labels: { a: "b" } } };
    expect((await diff(kubernetes, SERVICE, made, labelled)).getReplacesList()).toEqual([]);
    const renamed = { ...service, metadata: { ...service.metadata, name: "other" } };
    expect((await diff(kubernetes, SERVICE, made, renamed)).getReplacesList()).toEqual(["metadata"]);
  });

  it("answers nothing for the region that is lost, and for the others as before", async () => {
    standIns.lose("us-west-2");
    await expect(create(kubernetes, SERVICE, service)).rejects.toThrow(/cluster of us-west-2 does not answer/);
    const elsewhere = urnOf("kubernetes:core/v1:Service", "us-east-1/chat");
    expect((await create(kubernetes, elsewhere, service)).getId()).toContain("us-east-1/chat");
    standIns.lose("");
  });
});
