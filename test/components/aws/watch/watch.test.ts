import * as pulumi from "@pulumi/pulumi";
import { RegionLogs } from "../../../../infra/components/aws/watch/region-logs";
import { Watch } from "../../../../infra/components/aws/watch/watch";
import { weightsReplication } from "../../../../infra/values/aws/weights/weight-store";
import { ACCOUNT, awsCell, registered, type Sections } from "../../../support/aws-cell";
import type { Plan } from "../../../support/plan";

const MONITORING = {
  receivers: {
    oncall: { email: "ml@example.com", webhook: "https://events.example.com/x" },
    silent: { email: "no@example.com" },
  },
  alertTo: ["oncall"],
};
const POOLS = { a100: { instanceType: "p4de.24xlarge" } };
const REGIONS = ["us-east-1", "us-west-2"];
const ENTRANCES = {
  "chat-internal": {
    loadBalancer: { arnSuffix: pulumi.output("net/hp-1/0123") },
    targetGroup: { arnSuffix: pulumi.output("targetgroup/hp-2/4567") },
  },
};

/** Logs and watch of one region of a stack, as its Foundation makes them. */
function watched(sections: Sections, region = "us-east-1", preview = false): Promise<Plan> {
  const cell = awsCell({
    regions: REGIONS,
    pools: POOLS,
    monitoring: MONITORING,
    budget: { monthlyUsd: 9000 },
    ...sections,
  });
  const own = { ...cell, region, place: { ...cell.place, region } };
  return registered(
    (parent) => {
      const logs = own.config.monitoring.audit ? new RegionLogs(own, { parent }) : undefined;
      new Watch(own, { logs, entrances: ENTRANCES }, { parent });
    },
    { preview },
  );
}

const typesOf = (plan: Plan) => plan.counts();
const policyOf = (text: unknown) => JSON.parse(String(text)) as { Statement: Statement[] };
interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Principal: unknown;
  Condition?: unknown;
}

let first: Plan;
beforeAll(async () => {
  first = await watched({});
});

describe("what watches a region", () => {
  it("is exactly this in the first region, and in preview the same", async () => {
    expect(typesOf(first)).toMatchObject({
      "aws:s3/bucket:Bucket": 2,
      "aws:s3/bucketPolicy:BucketPolicy": 2,
      "aws:kms/key:Key": 2,
      "aws:kms/alias:Alias": 2,
      "aws:cloudtrail/trail:Trail": 1,
      "aws:cloudwatch/logGroup:LogGroup": 2,
      "aws:cloudwatch/metricAlarm:MetricAlarm": 4,
      "aws:sns/topic:Topic": 1,
      "aws:sns/topicSubscription:TopicSubscription": 2,
      "aws:amp/workspace:Workspace": 1,
      "aws:amp/ruleGroupNamespace:RuleGroupNamespace": 1,
      "aws:amp/alertManagerDefinition:AlertManagerDefinition": 1,
      "aws:budgets/budget:Budget": 1,
    });
    expect((await watched({}, "us-east-1", true)).urns()).toEqual(first.urns());
  });

  it("has no trail and no budget of its own in the others, but looks at its copy of the weights", async () => {
    const counts = typesOf(await watched({}, "us-west-2"));
    expect([
      counts["aws:cloudtrail/trail:Trail"],
      counts["aws:budgets/budget:Budget"],
      counts["aws:s3/bucket:Bucket"],
    ]).toEqual([undefined, undefined, 1]);
  });

  it("is told of weights that come late where they should lie, and of those that failed where they are sent from", async () => {
    const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm";
    const late = (await watched({}, "us-west-2")).only(alarm, "us-west-2/replication");
    const failed = (await watched({}, "us-east-1")).only(alarm, "us-east-1/replication-to-us-west-2");
    const at = (region: string) => ({ environment: "prod", account: ACCOUNT, region });
    const dimensions = {
      SourceBucket: `homeport-prod-${ACCOUNT}-weights-us-east-1`,
      DestinationBucket: `homeport-prod-${ACCOUNT}-weights-us-west-2`,
      RuleId: weightsReplication([at("us-west-2")])[0]?.id,
    };
    expect(dimensions.RuleId).toBe("to-us-west-2");
    expect(late.inputs).toMatchObject({ namespace: "AWS/S3", metricName: "ReplicationLatency", dimensions });
    expect(failed.inputs).toMatchObject({
      namespace: "AWS/S3",
      metricName: "OperationsFailedReplication",
      statistic: "Sum",
      threshold: 0,
      datapointsToAlarm: 1,
      dimensions,
    });
  });

  it("leaves out what the stack leaves out, and nothing else", async () => {
    const least = typesOf(
      await watched({
        environment: { profile: "development" },
        monitoring: { prometheus: "cluster", audit: false },
        budget: {},
      }),
    );
    for (const gone of [
      "s3/bucket:Bucket",
      "cloudtrail/trail:Trail",
      "amp/workspace:Workspace",
      "budgets/budget:Budget",
      "sns/topicSubscription:TopicSubscription",
    ])
      expect([gone, least[`aws:${gone}`]]).toEqual([gone, undefined]);
    expect(least["aws:sns/topic:Topic"]).toBe(1);
    expect(least["aws:cloudwatch/metricAlarm:MetricAlarm"]).toBe(4);
  });

  it("never lets go of logs: protected and kept, buckets, keys, trail and groups", () => {
    const stateful = [
      "aws:s3/bucket:Bucket",
      "aws:cloudwatch/logGroup:LogGroup us-east-1/control-plane",
      "aws:kms/key:Key us-east-1/logs",
    ];
    for (const one of first.resources) {
      const title = `${one.type} ${one.name}`;
      if (stateful.some((start) => title.startsWith(start)))
        expect([title, one.protect, one.retainOnDelete]).toEqual([title, true, true]);
    }
    expect(first.only("aws:cloudtrail/trail:Trail").protect).toBe(true);
  });
});

describe("the trail", () => {
  it("records management events of all regions and every access to weights in them, validated and encrypted", () => {
    const { inputs } = first.only("aws:cloudtrail/trail:Trail");
    expect(inputs).toMatchObject({
      name: "homeport-prod",
      s3BucketName: `homeport-prod-${ACCOUNT}-trail-us-east-1`,
      isMultiRegionTrail: true,
      enableLogFileValidation: true,
      kmsKeyId: "<arn of us-east-1/logs>",
    });
    const selectors = JSON.stringify(inputs.advancedEventSelectors);
    for (const region of REGIONS)
      expect(selectors).toContain(`arn:aws:s3:::homeport-prod-${ACCOUNT}-weights-${region}/`);
  });

  it("waits until its bucket lets it in, and is locked by profile", async () => {
    const trail = first.only("aws:cloudtrail/trail:Trail");
    expect(trail.dependencies).toContain(first.only("aws:s3/bucketPolicy:BucketPolicy", "us-east-1/trail").urn);
    const lockOf = (plan: Plan) =>
      plan.resources.find(({ type }) => type.endsWith(":BucketObjectLockConfiguration"))?.inputs.rule;
    expect(lockOf(first)).toEqual({ defaultRetention: { mode: "GOVERNANCE", days: 365 } });
    const regulated = await watched({ environment: { profile: "regulated" } });
    expect(lockOf(regulated)).toEqual({ defaultRetention: { mode: "COMPLIANCE", days: 2192 } });
    expect(lockOf(await watched({ environment: { profile: "development" } }))).toBeUndefined();
  });
});

describe("buckets of logs", () => {
  it("are closed, versioned, encrypted, expire, and are written to by their services alone", () => {
    for (const name of ["us-east-1/logs", "us-east-1/trail"]) {
      const settings = (type: string) => first.only(`aws:s3/${type}`, name).inputs;
      expect(settings("bucketVersioning:BucketVersioning")).toMatchObject({
        versioningConfiguration: { status: "Enabled" },
      });
      expect(settings("bucketPublicAccessBlock:BucketPublicAccessBlock")).toMatchObject({
        restrictPublicBuckets: true,
      });
      expect(settings("bucketLifecycleConfiguration:BucketLifecycleConfiguration").rules).toMatchObject([
        { expiration: { days: 365 } },
      ]);
      const { Statement } = policyOf(settings("bucketPolicy:BucketPolicy").policy);
      for (const { Effect, Principal, Condition } of Statement.filter(({ Effect }) => Effect === "Allow")) {
        expect([Effect, Object.keys(Principal as object)]).toEqual(["Allow", ["Service"]]);
        expect(JSON.stringify(Condition)).toMatch(/aws:Source(Account|Arn)/);
      }
      const denied = Statement.filter(({ Effect }) => Effect === "Deny").flatMap(({ Action }) => Action);
      expect(denied).toEqual(expect.arrayContaining(["s3:*", "s3:DeleteObject", "s3:DeleteObjectVersion"]));
    }
  });

  it("encrypt by our key, except where an application load balancer must write", async () => {
    const rule = (plan: Plan) =>
      JSON.stringify(
        plan.only("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "/logs")
          .inputs,
      );
    expect(rule(first)).toContain('"sseAlgorithm":"aws:kms"');
    expect(rule(await watched({ traffic: { webFirewall: true } }))).toContain('"sseAlgorithm":"AES256"');
  });
});

describe("alarms", () => {
  const alarms = (plan: Plan) => plan.resources.filter(({ type }) => type.endsWith(":MetricAlarm"));

  it("tell the encrypted topic when they begin and when they end", () => {
    expect(
      alarms(first)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      "us-east-1/chat-internal-rejected-flows",
      "us-east-1/chat-internal-unhealthy-targets",
      "us-east-1/quota-P-OnDemand",
      "us-east-1/replication-to-us-west-2",
    ]);
    for (const { inputs } of alarms(first)) {
      expect(inputs.alarmActions).toEqual(["<arn of us-east-1/alarms>"]);
      expect(inputs.okActions).toEqual(inputs.alarmActions);
      expect(String(inputs.alarmDescription).length).toBeGreaterThan(40);
    }
    expect(first.only("aws:sns/topic:Topic").inputs.kmsMasterKeyId).toBe("<id of us-east-1/alarms>");
  });

  it("read what only AWS knows from the load balancer", () => {
    expect(first.only("aws:cloudwatch/metricAlarm:MetricAlarm", "unhealthy-targets").inputs.dimensions).toEqual({
      LoadBalancer: "net/hp-1/0123",
      TargetGroup: "targetgroup/hp-2/4567",
    });
  });

  it("reach only receivers that are to be told", () => {
    const endpoints = first.resources
      .filter(({ type }) => type.endsWith(":TopicSubscription"))
      .map(({ name, inputs }) => [name, inputs.protocol, inputs.endpoint]);
    expect(endpoints).toEqual([
      ["us-east-1/oncall-email", "email", "ml@example.com"],
      ["us-east-1/oncall-webhook", "https", "https://events.example.com/x"],
    ]);
  });

  it("may be sent by CloudWatch, the managed Prometheus and the budget of this account, by nobody else", () => {
    const { Statement } = policyOf(first.only("aws:sns/topicPolicy:TopicPolicy").inputs.policy);
    expect(Statement.filter(({ Effect }) => Effect === "Allow")).toEqual([
      expect.objectContaining({
        Principal: { Service: ["cloudwatch.amazonaws.com", "aps.amazonaws.com", "budgets.amazonaws.com"] },
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
      }),
    ]);
  });
});

it("the budget speaks at 80 and 100 percent, and when the month is forecast to end above it", () => {
  const { inputs } = first.only("aws:budgets/budget:Budget");
  expect(inputs).toMatchObject({ limitAmount: "9000", limitUnit: "USD", timeUnit: "MONTHLY" });
  const notices = inputs.notifications as {
    notificationType: string;
    threshold: number;
    subscriberEmailAddresses: string[];
  }[];
  expect(notices.map(({ notificationType, threshold }) => [notificationType, threshold])).toEqual([
    ["ACTUAL", 80],
    ["ACTUAL", 100],
    ["FORECASTED", 100],
  ]);
  for (const { subscriberEmailAddresses } of notices) expect(subscriberEmailAddresses).toEqual(["ml@example.com"]);
});

it("managed Prometheus has the same rules as a cluster, and tells the topic", () => {
  const rules = first.only("aws:amp/ruleGroupNamespace:RuleGroupNamespace").inputs;
  expect(JSON.parse(String(rules.data)).groups.length).toBeGreaterThan(3);
  const { alertmanager_config } = JSON.parse(
    String(first.only("aws:amp/alertManagerDefinition:AlertManagerDefinition").inputs.definition),
  );
  expect(JSON.parse(alertmanager_config).receivers[0].sns_configs[0].topic_arn).toBe(
    `arn:aws:sns:us-east-1:${ACCOUNT}:homeport-prod-alarms`,
  );
  expect(first.only("aws:amp/alertManagerDefinition:AlertManagerDefinition").dependencies).toContain(
    first.only("aws:sns/topicPolicy:TopicPolicy").urn,
  );
});
