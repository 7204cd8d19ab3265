import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { INSTANCE_TYPES } from "../../infra/core/aws/instance-catalog";
import type { instancePrice as instancePriceOf } from "../../infra/core/aws/prices";
import { type onDemandPrice as onDemandPriceOf, SHAPES } from "../../infra/core/catalogue/shapes";
import { type ReleaseFile, releaseId } from "../../infra/core/release";
import { refresh, type ShowOptions, show } from "../../scripts/commands/catalogue";
import { watch, watchText } from "../../scripts/lib/catalogue/watch";
import type { priceBases } from "../../scripts/lib/cost/freshness";
import { gateProblems } from "../../scripts/lib/pin/gate";
import { loopback } from "../support/loopback";
import { catchPrinted, saidBy } from "../support/printed";
import { a100, COMMIT, releaseFile } from "../support/releases";
import { goodSections, problemLines, stackFolder, writeStack } from "../support/stack-folder";
import { ROOT } from "../support/stacks";

const TODAY = "2026-11-22";
const NOW = new Date("2026-11-22T12:00:00Z");

const printed = catchPrinted();

describe("homeport catalogue show", () => {
  it.each([undefined, "models", "prices", "shapes"])(
    "fits 80 columns and says how old its facts are: %s",
    async (kind) => {
      expect(await show(kind, {}, TODAY)).toBe(0);
      const lines = printed.out.split("\n");
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      expect(printed.out).toMatch(/\d+ rows, (\d+ days? old \(\d{4}-\d\d-\d\d\)|day unknown): /);
    },
  );

  it("is as strict as asked: facts above 30 days fail, with the list and what refreshes them", async () => {
    expect(await show("prices", { strict: true }, "2026-10-20")).toBe(0);
    expect(printed.err).toBe("");
    expect(await show("prices", { strict: true }, "2027-01-01")).toBe(1);
    expect(printed.err).toContain("prices older than 30 days:\n  6 rows, 52 days old (2026-11-10): genai-prices");
    expect(printed.err).toContain("refresh --from");
    expect(await show("prices", {}, "2027-01-01")).toBe(0);
  });

  it("knows nothing of other kinds, providers and regions, and says all of it at once", async () => {
    const options: ShowOptions = { provider: "bedrok", region: "us-east1" };
    const message = await saidBy(show("shape", options, TODAY));
    expect(message).toContain("[kind]: 'shape'; one of models, prices, shapes; did you mean `shapes`?");
    expect(message).toMatch(/--provider: 'bedrok';.*did you mean `bedrock`\?/);
    expect(message).toMatch(/--region: 'us-east1';.*did you mean `us-east-1`\?/);
  });

  it("O4: finds a model by the name that people give it, and says what is not sold", async () => {
    await show(undefined, { model: "Claude Opus" }, TODAY);
    expect(printed.out).toContain("anthropic/claude-opus-5-5");
    await show("models", { model: "llama" }, TODAY);
    expect(printed.out).toContain("meta-llama/Llama-3.3-70B-Instruct");
    printed.out = "";
    await show("prices", { model: "openai/gpt-oss-120b", provider: "bedrock" }, TODAY);
    expect(printed.out).toContain("bedrock/openai.gpt-oss-120b-1:0");
    expect(printed.out).not.toContain("groq/");
    const refused = (model: string) => saidBy(show("prices", { model }, TODAY));
    expect(await refused("Gemini Ultra")).toContain("--model: 'Gemini Ultra'; no price list has it");
    expect(await refused("gpt-4oo")).toContain("did you mean `gpt-4o`?");
  });

  it.each([
    ["llama 3.1", 3],
    ["llama-3.1-8b", 1],
    ["Falcon", 2],
    ["meta-llama/Meta-Llama-3.1-8B", 1],
  ])("O4: finds open models by a family or a part of a name: %s", async (model, count) => {
    await show("models", { model, json: true }, TODAY);
    expect(JSON.parse(printed.out).models).toHaveLength(count);
  });

  it("O4: shows what is known of weights that nobody sells, where no kind is said", async () => {
    await show(undefined, { model: "Pythia" }, TODAY);
    expect(printed.out).toContain("EleutherAI/pythia");
    expect(printed.out).not.toContain("US dollars");
    await show(undefined, { model: "openai/gpt-oss-120b" }, TODAY);
    expect(printed.out).toContain("US dollars");
    expect(await saidBy(show("models", { model: "zzz" }, TODAY))).toContain("--model: 'zzz'; one of meta-llama/");
  });

  it("S6: knows the bytes of weights by config: 10-100 GB holds for 8B, not for 70B or DeepSeek-V3", async () => {
    const gigabytes = async (model: string) => {
      printed.out = "";
      await show("models", { model, json: true }, TODAY);
      const { models } = JSON.parse(printed.out) as { models: { weightBytes: number }[] };
      return ((models[0]?.weightBytes ?? 0) / 1e9).toFixed(models[0]!.weightBytes > 5e11 ? 0 : 2);
    };
    expect(await gigabytes("meta-llama/Llama-3.1-8B-Instruct")).toBe("16.06");
    expect(await gigabytes("meta-llama/Llama-3.1-70B-Instruct")).toBe("141.11");
    expect(await gigabytes("deepseek-ai/DeepSeek-V3")).toBe("673");
  });

  it("R6: gives numbers with units in their names, and every model's end, as JSON", async () => {
    await show("prices", { provider: "openai", json: true }, TODAY);
    const { prices, freshness } = JSON.parse(printed.out) as {
      prices: { model: string; usdPerMillion: { input: number }; retirement?: { level: string } }[];
      freshness: unknown[];
    };
    const gpt4 = prices.find(({ model }) => model === "gpt-4");
    expect(gpt4).toMatchObject({ usdPerMillion: { input: 30 }, retirement: { level: "error", on: "2026-10-23" } });
    expect(freshness).toHaveLength(1);
  });
});

const FILES = [
  "infra/core/aws/prices.generated.json",
  "infra/core/catalogue/compared-prices.generated.json",
  "infra/core/catalogue/plans.generated.json",
  "infra/core/catalogue/api-prices.generated.json",
  "infra/core/catalogue/spot.json",
  "infra/core/aws/part-prices.json",
];

function checkout() {
  const root = mkdtempSync(join(tmpdir(), "homeport-catalogue-"));
  for (const path of FILES) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(join(ROOT, path), join(root, path));
  }
  const texts = () => FILES.map((path) => readFileSync(join(root, path), "utf8"));
  return {
    root,
    texts,
    json: (i: number) => JSON.parse(texts()[i] ?? "") as Record<string, never>,
    remove: () => rmSync(root, { recursive: true }),
  };
}

/** Loads modules anew, with the tables of a checkout in place of ours. */
function withFiles<T>(place: ReturnType<typeof checkout>, work: () => T): T {
  for (const [i, path] of FILES.entries()) jest.doMock(join(ROOT, path), () => place.json(i));
  let result: T | undefined;
  jest.isolateModules(() => {
    result = work();
  });
  for (const path of FILES) jest.dontMock(join(ROOT, path));
  return result as T;
}

/** A product as the Price List writes it: text of JSON, money as text. */
const product = (type: string, region: string, usd: number): string => {
  const term = (price: number, attributes = {}) => ({
    termAttributes: attributes,
    priceDimensions: { d: { unit: "Hrs", pricePerUnit: { USD: price.toFixed(10) } } },
  });
  const plan = (length: string, option: string, price: number) =>
    term(price, { LeaseContractLength: length, OfferingClass: "standard", PurchaseOption: option });
  return JSON.stringify({
    product: { attributes: { instanceType: type, regionCode: region } },
    terms: {
      OnDemand: { a: term(usd) },
      Reserved: {
        b: plan("1yr", "All Upfront", 0),
        c: plan("1yr", "No Upfront", usd * 0.7),
        d: plan("3yr", "No Upfront", usd / 2),
      },
    },
  });
};

interface Asked {
  ServiceCode: string;
  Filters: { Field: string; Value: string }[];
  NextToken?: string;
}

/** From the first on, or from where a step begins. */
type Steps = readonly (string | readonly [from: string, usd: string])[];
type Row = [service: string, family: string, usagetype: string, unit: string, usd: Steps, other?: object];

/**
 * Products of us-east-1 as those describe them who ask the list (sources: part-queries.ts), with their neighbours that
 * must not be taken for them.
 */
const PARTS: readonly Row[] = [
  ["AmazonEKS", "Compute", "USE1-AmazonEKS-Hours:perCluster", "hours", ["0.1"]],
  ["AmazonEKS", "Compute", "USE1-AmazonEKS-Hours:extendedSupport", "hours", ["0.6"]],
  ["AmazonEC2", "NAT Gateway", "NatGateway-Hours", "Hrs", ["0.046"], { operation: "NatGateway" }],
  ["AmazonEC2", "NAT Gateway", "NatGateway-Hours", "Hrs", ["0.09"], { operation: "RegionalNatGateway" }],
  ["AmazonEC2", "NAT Gateway", "NatGateway-Bytes", "GB", ["0.045"], { operation: "NatGateway" }],
  ["AmazonVPC", "", "USE1-PublicIPv4:InUseAddress", "Hrs", ["0.005"]],
  ["AmazonVPC", "VpcEndpoint", "USE1-VpcEndpoint-Hours", "Hrs", ["0.01"], { endpointType: "PrivateLink" }],
  [
    "AmazonVPC",
    "VpcEndpoint",
    "USE1-VpcEndpoint-Bytes",
    "GB",
    [["1048576", "0.006"], "0.01"],
    { endpointType: "PrivateLink" },
  ],
  ["AWSELB", "Load Balancer-Network", "LoadBalancerUsage", "Hrs", ["0.0225"]],
  ["AWSELB", "Load Balancer-Network", "Outposts-LoadBalancerUsage", "Hrs", ["0.9"]],
  ["AWSELB", "Load Balancer-Network", "LCUUsage", "LCU-Hrs", ["0.006"]],
  ["awskms", "Encryption Key", "us-east-1-KMS-Keys", "Keys", ["1"]],
  ["awskms", "API Request", "us-east-1-KMS-Requests", "Requests", ["0.000003"]],
  ["awskms", "", "us-east-1-KMS-Requests-Asymmetric", "Requests", ["0.000015"]],
  ["AmazonCloudWatch", "Alarm", "CW:AlarmMonitorUsage", "Alarms", ["0.1"]],
  ["AmazonCloudWatch", "Alarm", "CW:HighResAlarmMonitorUsage", "Alarms", ["0.3"]],
  ["AmazonCloudWatch", "Data Payload", "DataProcessing-Bytes", "GB", ["0.5"]],
  ["AmazonCloudWatch", "Data Payload", "USE1-DataProcessing-Bytes", "GB", ["0.50"]],
  ["AmazonCloudWatch", "Storage Snapshot", "USE1-TimedStorage-ByteHrs", "GB-Mo", ["0.03"]],
  ["AmazonEC2", "Storage", "EBS:VolumeUsage.gp3", "GB-Mo", ["0.08"], { volumeApiName: "gp3" }],
  [
    "AmazonEC2",
    "Provisioned Throughput",
    "EBS:VolumeP-Throughput.gp3",
    "GiBps-mo",
    ["40.96"],
    { volumeApiName: "gp3" },
  ],
  [
    "AmazonS3",
    "Storage",
    "TimedStorage-ByteHrs",
    "GB-Mo",
    [["512000", "0.021"], "0.023", ["51200", "0.022"]],
    { volumeType: "Standard" },
  ],
  ["AmazonECR", "EC2 Container Registry", "TimedStorage-ByteHrs", "GB-Mo", ["0.1"]],
  ["AWSGlobalAccelerator", "", "Global-Accelerator-fixed-fee", "Hrs", ["0.025"], { regionCode: undefined }],
  ["awswaf", "Web Application Firewall", "USE1-WebACLV2", "Month", ["5"]],
  ["awswaf", "Web Application Firewall", "USE1-ShieldProtected-WebACLV2", "Month", ["0"]],
  [
    "AWSCloudTrail",
    "Management Tools - AWS CloudTrail Data Events Recorded",
    "USE1-DataEventsRecorded",
    "Events",
    ["0.000001"],
  ],
  ...(
    [
      ["IntraRegion", "US East (N. Virginia)", "DataTransfer-Regional-Bytes", ["0.01"]],
      ["InterRegion Outbound", "US West (Oregon)", "USE1-USW2-AWS-Out-Bytes", ["0.02"]],
      ["InterRegion Outbound", "US East (Ohio)", "USE1-USE2-AWS-Out-Bytes", ["0.01"]],
      ["AWS Outbound", "External", "DataTransfer-Out-Bytes", ["0.09", ["10240", "0.085"]]],
    ] as const
  ).map(
    ([transferType, toLocation, usagetype, usd]): Row => [
      "AWSDataTransfer",
      "Data Transfer",
      usagetype,
      "GB",
      usd,
      { transferType, toLocation, fromLocation: "US East (N. Virginia)" },
    ],
  ),
];
const healthCheck = (unit: string, usd: Steps = ["0", ["50", "0.5"]]): Row => [
  "AmazonRoute53",
  "DNS Health Check",
  "Health-Check-AWS",
  unit,
  usd,
];

/** Of these rows what the list gives: all that have the attributes that are asked for. */
const listedParts = (rows: readonly Row[], { ServiceCode, Filters }: Asked): string[] =>
  rows.flatMap(([service, productFamily, usagetype, unit, usd, other]) => {
    const attributes: Record<string, unknown> = { regionCode: "us-east-1", usagetype, ...other };
    const all = { ...attributes, productFamily };
    if (service !== ServiceCode || !Filters.every(({ Field, Value }) => all[Field as keyof typeof all] === Value))
      return [];
    const dimensions = usd.map((step, i) => {
      const [beginRange, USD] = typeof step === "string" ? ["0", step] : step;
      return [i, { unit, beginRange, pricePerUnit: { USD } }];
    });
    const terms = { OnDemand: { t: { priceDimensions: Object.fromEntries(dimensions) } } };
    return [JSON.stringify({ product: { productFamily, attributes }, terms })];
  });

/** The Price List on loopback: `answer` is given how many requests came before, and the type that is asked for. */
async function priceList(
  answer: (asked: number, type: string, token: string | undefined, all: Asked) => { status?: number; body: unknown },
) {
  let asked = 0;
  const server = await loopback((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += String(chunk);
    });
    request.on("end", () => {
      const all = JSON.parse(text) as Asked;
      const { Filters, NextToken } = all;
      const type = Filters.find(({ Field }) => Field === "instanceType")?.Value ?? "";
      const { status = 200, body } = answer(asked++, type, NextToken, all);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
    });
  });
  const set = {
    AWS_ENDPOINT_URL_PRICING: `http://${server.host}`,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test-secret",
  };
  Object.assign(process.env, set);
  return {
    asked: () => asked,
    close: async () => {
      for (const name of Object.keys(set)) delete process.env[name];
      await server.close();
    },
  };
}

it("homeport catalogue show shapes is as old as the rows of its region, not of all", async () => {
  await show("shapes", { region: "sa-east-1", json: true }, TODAY);
  const { freshness } = JSON.parse(printed.out) as { freshness: { vintages: { asOf?: string; rows: number }[] }[] };
  const shown = SHAPES.filter(({ regions }) => regions.includes("sa-east-1")).length;
  for (const { rows } of freshness[0]!.vintages) expect(rows).toBeLessThanOrEqual(3 * shown);
  expect(freshness[0]!.vintages.some(({ asOf }) => asOf === "2025-05-28")).toBe(true);
});

describe("homeport catalogue refresh", () => {
  it("replaces what AWS lists in all its regions, page by page, and outlasts a refusal to hurry", async () => {
    const place = checkout();
    const aws = await priceList((asked, type, token) => {
      if (asked === 1) return { status: 400, body: { __type: "ThrottlingException", message: "slow down" } };
      if (type === "p4de.24xlarge" && token === undefined)
        return { body: { PriceList: [product(type, "us-east-1", 26)], NextToken: "more" } };
      const regions = type === "p4de.24xlarge" ? ["eu-central-1"] : ["us-east-1", "us-gov-west-1", "xx-nowhere-1"];
      return { body: { PriceList: regions.map((region) => product(type, region, 10)) } };
    });
    expect(await refresh({ json: true }, place.root, NOW)).toBe(0);
    await aws.close();
    const [onDemand, compared, plans] = [0, 1, 2].map(place.json) as [never, never, never];
    expect(onDemand).toMatchObject({
      pricesOf: TODAY,
      regions: { "us-east-1": { "p4de.24xlarge": 26, "g5.xlarge": 10 }, "eu-central-1": { "p4de.24xlarge": 26 / 2.6 } },
    });
    expect(Object.keys((onDemand as { regions: object }).regions)).toEqual([
      "eu-central-1",
      "us-east-1",
      "us-gov-west-1",
    ]);
    expect(compared).toMatchObject({ regions: { "us-east-1": { "p6-b200.48xlarge": 10 } } });
    expect(plans).toMatchObject({ pricesOf: TODAY, types: { "g5.xlarge": { "us-east-1": { "1y": 7, "3y": 5 } } } });
    const { prices, changed, written } = JSON.parse(printed.out) as {
      prices: number;
      changed: number;
      written: string[];
    };
    expect(prices).toBe((INSTANCE_TYPES.size + SHAPES.filter(({ poolable }) => !poolable).length) * 2);
    expect(changed).toBe(prices);
    expect(written).toEqual(FILES.slice(0, 3));
    place.remove();
  });

  it("writes nothing when AWS refuses, lists a type nowhere or answers in another form, and says what helps", async () => {
    const place = checkout();
    const before = place.texts();
    const run = async (answer: Parameters<typeof priceList>[0]) => {
      const aws = await priceList(answer);
      const message = await saidBy(refresh({}, place.root, NOW));
      await aws.close();
      expect(place.texts()).toEqual(before);
      return message;
    };
    const good = (type: string) => ({ body: { PriceList: [product(type, "us-east-1", 1)] } });
    const denied = { status: 400, body: { __type: "AccessDeniedException", message: "no" } };
    expect(await run((asked, type) => (asked < 5 ? good(type) : denied))).toBe(
      "not allowed: pricing:GetProducts (no); let this role do pricing:GetProducts",
    );
    expect(await run((_, type) => (type === "g6.xlarge" ? { body: { PriceList: [] } } : good(type)))).toContain(
      "the AWS Price List has no on-demand price of g6.xlarge; nothing was written",
    );
    expect(await run(() => ({ body: { PriceList: ['{"product":{}}'] } }))).toContain(
      "answers in a form that is not known (product.attributes)",
    );
    expect(existsSync(join(place.root, FILES[2]!))).toBe(true);
    place.remove();
  });

  it("renews what is bought besides nodes; where the answer is not one price, the old row stays and is named", async () => {
    const place = checkout();
    const run = async (rows: readonly Row[], unasked?: string) => {
      const aws = await priceList((_, type, __, all) =>
        all.ServiceCode === unasked
          ? { status: 400, body: { __type: "InvalidParameterException", message: "no such field" } }
          : { body: { PriceList: type === "" ? listedParts(rows, all) : [product(type, "us-east-1", 10)] } },
      );
      printed.out = "";
      expect(await refresh({ json: true }, place.root, NOW)).toBe(0);
      await aws.close();
      return JSON.parse(printed.out) as { kept: { part: string; asOf: string; why: string }[]; written: string[] };
    };
    type Prices = Record<string, { usd: number; asOf: string; source?: string }>;
    const prices = () => (place.json(5) as unknown as { prices: Prices }).prices;
    const before = prices();
    const { kept, written } = await run([...PARTS, healthCheck("Quantity")]);
    expect(written).toContain(FILES[5]);
    expect(kept).toEqual([{ part: "healthCheck", asOf: "2024-07-01", why: expect.stringContaining("by Quantity") }]);
    expect(prices().healthCheck).toEqual(before.healthCheck);
    const source = expect.stringContaining("AWS Price List (GetProducts of ");
    for (const [part, row] of Object.entries(before))
      if (part !== "healthCheck")
        expect([part, prices()[part]]).toEqual([
          part,
          { ...row, usd: part === "natGateway" ? 0.046 : row.usd, asOf: TODAY, source },
        ]);

    expect((await run([...PARTS, healthCheck("Mo", ["0", ["50", "0.7"]])])).kept).toEqual([]);
    expect(prices().healthCheck).toMatchObject({ usd: 0.7, asOf: TODAY });

    const now = place.texts();
    const odd = [
      ...PARTS.filter(([service]) => service !== "AmazonEKS" && service !== "awswaf"),
      ["awswaf", "Web Application Firewall", "USE1-WebACLV2", "Month", ["5000"]] as Row,
      ["AmazonECR", "EC2 Container Registry", "USE1-TimedStorage-ByteHrs", "GB-Mo", ["0.2"]] as Row,
    ];
    const why = Object.fromEntries((await run(odd, "AmazonS3")).kept.map((row) => [row.part, row.why]));
    expect(why).toEqual({
      bucketGB: "the list does not take the question: no such field",
      controlPlane: "the list has no price of AmazonEKS-Hours:perCluster",
      healthCheck: "the list has no price of Health-Check-AWS",
      registryGB: "the list has 2 prices of TimedStorage-ByteHrs: 0.1, 0.2",
      webAcl: "the list has 5000 where we had 5: another unit or product",
    });
    expect(place.texts()).toEqual(now);

    const aws = await priceList((_, type) => ({
      body: { PriceList: type === "" ? [] : [product(type, "us-east-1", 1)] },
    }));
    printed.out = "";
    await refresh({}, place.root, NOW);
    await aws.close();
    expect(printed.out).toContain(`webAcl, still of ${TODAY}: the list has no price of WebACLV2`);
    expect(place.texts()[5]).toEqual(now[5]);
    place.remove();
  });

  it("after a refresh nothing of AWS is stale, but what the list did not answer", async () => {
    const place = checkout();
    const regions = [...new Set(SHAPES.flatMap((shape) => shape.regions))];
    const aws = await priceList((_, type, __, all) => ({
      body: {
        PriceList: type === "" ? listedParts(PARTS, all) : regions.map((region) => product(type, region, 10)),
      },
    }));
    await refresh({}, place.root, NOW);
    await aws.close();
    const spot = place.json(4) as unknown as { types: Record<string, object> };
    const ec2 = await loopback((_, response) => {
      response.writeHead(200, { "content-type": "text/xml" }).end("<DescribeSpotPriceHistoryResponse/>");
    });
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_EC2: `http://${ec2.host}`,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "x",
    });
    await refresh({ spot: [...new Set(Object.values(spot.types).flatMap(Object.keys))].join(",") }, place.root, NOW);
    for (const name of ["AWS_ENDPOINT_URL_EC2", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete process.env[name];
    await ec2.close();

    const after = withFiles(place, () => ({
      ...jest.requireActual<{ show: typeof show }>("../../scripts/commands/catalogue"),
      ...jest.requireActual<{ priceBases: typeof priceBases }>("../../scripts/lib/cost/freshness"),
    }));
    expect(await after.show("shapes", { strict: true }, TODAY)).toBe(0);
    const config = { regions: ["us-east-1"], pools: { a100: { instanceType: "p4de.24xlarge" } } };
    const bases = after.priceBases({ config } as never, [], TODAY);
    expect(bases.filter(({ stale }) => stale).map(({ what }) => what)).toEqual([
      "everything else of AWS: health check",
    ]);
    place.remove();
  });

  it("what AWS lists nowhere has no price any more: no older table stands in, and a shape for comparison stops nothing", async () => {
    const place = checkout();
    const gone = "p6-b300.48xlarge";
    const aws = await priceList((_, type, __, all) => ({
      body: {
        PriceList: type === "" ? listedParts(PARTS, all) : type === gone ? [] : [product(type, "us-east-1", 10)],
      },
    }));
    expect(await refresh({}, place.root, NOW)).toBe(0);
    await aws.close();
    expect(printed.out).toContain(`AWS lists no on-demand one: ${gone}`);
    expect(printed.out.replace(/\s+/g, " ")).toContain("Savings Plans are another API of AWS");
    const { onDemandPrice, instancePrice } = withFiles(place, () => ({
      ...jest.requireActual<{ onDemandPrice: typeof onDemandPriceOf }>("../../infra/core/catalogue/shapes"),
      ...jest.requireActual<{ instancePrice: typeof instancePriceOf }>("../../infra/core/aws/prices"),
    }));
    expect(onDemandPrice("p4d.24xlarge", "us-east-1")).toMatchObject({ hourlyUsd: 10, asOf: TODAY });
    for (const [type, region] of [
      ["p4d.24xlarge", "eu-central-1"],
      ["g5.xlarge", "sa-east-1"],
      [gone, "us-east-1"],
    ] as const)
      expect(onDemandPrice(type, region)).toBeUndefined();
    expect(instancePrice("eu-central-1", "p4d.24xlarge")).toEqual({ usd: 10, known: false });
    place.remove();
  });

  it("takes API prices from a file that the generator wrote elsewhere, and no other", async () => {
    const place = checkout();
    const file = join(place.root, "new.json");
    const given = place.json(3) as unknown as { prices: { usdPerMillion: { input: number } }[] };
    given.prices[0]!.usdPerMillion.input = 0.75;
    writeFileSync(file, JSON.stringify(given));
    expect(await refresh({ from: file, json: true }, place.root, NOW)).toBe(0);
    expect(JSON.parse(printed.out)).toEqual({ written: [FILES[3]], prices: given.prices.length, changed: 1 });
    expect(place.json(3)).toEqual(given);

    const before = place.texts();
    const spoilt = { ...given, prices: [{ ...given.prices[0], usdPerMillion: { input: -1 }, asOf: "soon" }] };
    for (const [text, expected] of [
      [JSON.stringify(spoilt), /3 problems; nothing was changed/],
      ["{", /a JSON file of prices/],
      [JSON.stringify({ ...given, prices: [...given.prices, given.prices[0]] }), /again; each model once/],
      [JSON.stringify({ ...given, source: "a\n1 problem", recordedOn: "2026-02-30" }), /2 problems.*text on one line/s],
      [JSON.stringify(given).replace("0.75", "1e300"), /US dollars of a million tokens, 0 to 10000/],
    ] as const) {
      writeFileSync(file, text);
      expect(await saidBy(refresh({ from: file }, place.root, NOW))).toMatch(expected);
    }
    expect(await saidBy(refresh({ from: join(place.root, "none.json") }, place.root, NOW))).toContain(
      "a file that exists",
    );
    expect(place.texts()).toEqual(before);
    place.remove();
  });
});

describe("homeport catalogue refresh --spot", () => {
  const row = (type: string, zone: string, usd: string, at: string) =>
    `<item><instanceType>${type}</instanceType><availabilityZoneId>${zone}</availabilityZoneId><spotPrice>${usd}</spotPrice><timestamp>${at}</timestamp></item>`;
  const answer = (rows: string[], token = "") =>
    `<DescribeSpotPriceHistoryResponse><spotPriceHistorySet>${rows.join("")}</spotPriceHistorySet><nextToken>${token}</nextToken></DescribeSpotPriceHistoryResponse>`;

  it("has the newest price of each zone, in the regions that were asked for and no other", async () => {
    const place = checkout();
    const before = place.json(4) as unknown as { types: Record<string, Record<string, object>> };
    const server = await loopback((request, response) => {
      let text = "";
      request.on("data", (chunk) => {
        text += String(chunk);
      });
      request.on("end", () => {
        const first = [
          row("p4de.24xlarge", "use1-az6", "14.5", "2026-11-22T10:00:00Z"),
          row("p4de.24xlarge", "use1-az6", "13.9", "2026-11-22T09:00:00Z"),
        ];
        const second = [row("p4de.24xlarge", "use1-az4", "20.1", "2026-11-22T11:00:00Z")];
        const page = text.includes("NextToken=more") ? answer(second) : answer(first, "more");
        response.writeHead(200, { "content-type": "text/xml" }).end(page);
      });
    });
    const set = {
      AWS_ENDPOINT_URL_EC2: `http://${server.host}`,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "x",
    };
    Object.assign(process.env, set);
    expect(await refresh({ spot: "us-east-1", json: true }, place.root, NOW)).toBe(0);
    for (const name of Object.keys(set)) delete process.env[name];
    await server.close();
    const after = place.json(4) as unknown as typeof before & { asOf: object };
    expect(after.asOf).toEqual({ "us-east-1": TODAY });
    expect(after.types["p4de.24xlarge"]?.["us-east-1"]).toEqual({ "use1-az4": 20.1, "use1-az6": 14.5 });
    expect(after.types["p4de.24xlarge"]?.["us-west-2"]).toEqual(before.types["p4de.24xlarge"]?.["us-west-2"]);
    expect(after.types["p5.48xlarge"]).not.toHaveProperty("us-east-1");
    expect(JSON.parse(printed.out)).toMatchObject({ prices: 2, changed: 2 });
    place.remove();
  });

  it("wants regions that have shapes, and nothing else at once", async () => {
    const message = await saidBy(refresh({ spot: "us-east-1,mars-1", from: "x.json" }, "/nowhere", NOW));
    expect(message).toContain("--spot: 'mars-1'; one of ");
    expect(message).toContain("--spot: not together with --from");
  });
});

const of = (source: string, licence = "apache-2.0"): ReleaseFile => {
  const file = releaseFile({
    source: `hf://${source}@${COMMIT}`,
    arguments: { "max-model-len": 8192 },
    variants: a100(2),
  });
  const content = { ...file.content, weights: { ...file.content.weights, licence } };
  return { ...file, content, id: releaseId(content) };
};

it("homeport catalogue show prices marks what only one source has, or two differ on", async () => {
  await show("prices", {}, TODAY);
  const line = (name: string) => printed.out.split("\n").find((row) => row.startsWith(name)) ?? "";
  for (const doubted of ["deepseek/deepseek-v4-flash*", "together/mistralai/Mistral-7B-Instruc…*"])
    expect(line(doubted)).not.toBe("");
  expect(line("openai/gpt-4o ")).not.toBe("");
  expect(printed.out).toContain("* less sure:");
});

it("homeport catalogue show models says yes only where fit answers without the hub", async () => {
  await show("models", {}, TODAY);
  const lines = printed.out.split("\n");
  const line = (id: string) => lines.find((row) => row.startsWith(id)) ?? "";
  for (const known of ["Qwen/Qwen3.6-27B", "deepseek-ai/DeepSeek-R1"]) expect(line(known)).toMatch(/ yes$/);
  // Of an unknown family; without a config.json.
  for (const not of ["moonshotai/Kimi-K3", "tiiuae/falcon-40b"]) expect(line(not)).toMatch(/\d$/);
});

describe("homeport catalogue watch", () => {
  const folder = stackFolder();
  const watched = async (profile: string, source = "mistralai/Mixtral-8x7B-Instruct-v0.1", licence?: string) => {
    const r1 = of(source, licence);
    const sections = goodSections(r1);
    writeStack(folder, { ...sections, environment: { ...sections.environment, profile } }, { chat: { r1 } });
    const [chat] = await watch("test", folder.root);
    return chat!;
  };

  it("Q7: proposes one newer model that starts on the GPUs that are paid, and changes nothing", async () => {
    const { proposal, live, alsoFits } = await watched("standard");
    expect(live).toMatchObject({ release: "r1", released: "2023-12-11" });
    expect(proposal).toMatchObject({ pool: "a100", gpuClass: "a100-80gb", tokens: 8192 });
    expect(proposal?.gibLeft).toBeGreaterThan(0);
    expect((proposal?.released ?? "") > "2023-12-11").toBe(true);
    for (const { gibLeft } of alsoFits) expect(gibLeft).toBeGreaterThanOrEqual(0);
    for (const other of alsoFits) expect(other.released <= (proposal?.released ?? "")).toBe(true);
    const text = watchText([await watched("standard")], "test");
    expect(text).toContain(`proposal: ${proposal?.id}`);
    expect(text).toContain("nothing is deployed");
    expect(text.replace(/\s+/g, " ")).toContain("nvidia-nemotron-open-model-license, terms of its own to read, 120B");
    expect(text.split("\n").filter((line) => line.length > 80 && line.includes(" ", 30))).toEqual([]);
    expect(problemLines(folder.root)).toEqual([]);
  });

  it("Q7: the newest has nothing newer, and of an unknown model counts what came after its pin", async () => {
    expect((await watched("standard", "deepseek-ai/DeepSeek-V4-Pro")).proposal).toBeUndefined();
    expect((await watched("standard", "org/model")).live).toMatchObject({ since: "2026-11-20" });
    const copy = await watched("standard", "RedHatAI/Meta-Llama-3.1-70B-Instruct-FP8");
    expect(copy).toMatchObject({ live: { since: "2024-07-23" }, proposal: { pool: "a100" } });
  });

  it("Q7: research-only is not proposed for production, and what fit cannot tell is not claimed", async () => {
    const { notProposed, alsoFits, proposal } = await watched("standard");
    const why = Object.fromEntries(notProposed.map(({ id, why: reason }) => [id, reason]));
    expect(why["mistralai/Mistral-Large-Instruct-2407"]).toBe("for research only");
    expect(why["meta-llama/Llama-3.1-405B-Instruct"]).toMatch(/^a100: .* GiB too little$/);
    expect(why["MiniMaxAI/MiniMax-M2.7"]).toBe("for research only");
    expect(why["tiiuae/Falcon3-10B-Instruct"]).toContain("its config.json is not recorded");
    expect(why["moonshotai/Kimi-K2.6"]).toMatch(
      /^(its config.json does not tell its size; homeport fit hf:|a100: .* GiB)/,
    );
    expect([proposal, ...alsoFits].map((candidate) => candidate?.id)).not.toContain(
      "mistralai/Mistral-Large-Instruct-2407",
    );
  });

  it("C1: research-only weights are refused in production, by their licence or by the catalogue, not in development", async () => {
    const lines = async (profile: string, source: string, licence: string) => {
      await watched(profile, source, licence).catch(() => undefined);
      return problemLines(folder.root).filter((line) => line.includes("for research only"));
    };
    expect(await lines("standard", "org/model", "cc-by-nc-4.0")).toHaveLength(1);
    expect((await lines("regulated", "mistralai/Mistral-Large-Instruct-2407", "our-name-for-it"))[0]).toContain(
      "under profile regulated a licence that allows production",
    );
    // A copy under the licence "other", which a person has accepted.
    expect(await lines("standard", "someone/MiniMax-M2.7-AWQ", "other")).toHaveLength(1);
    expect(await lines("standard", "someone/MiniMax-M2.75", "other")).toEqual([]);
    expect(await lines("development", "org/model", "cc-by-nc-4.0")).toEqual([]);
    expect(await lines("standard", "org/model", "llama3.1")).toEqual([]);
  });
});

it("C1: a gated model is not pinned without a token of the hub, unless a mirror stands in", () => {
  const gated = { kind: "hub", repository: "meta-llama/Llama-3.1-8B-Instruct", revision: "main" } as const;
  expect(gateProblems(gated, {})).toMatchObject([{ path: "HF_TOKEN" }]);
  expect(gateProblems(gated, { HF_TOKEN: "hf_x" })).toEqual([]);
  expect(gateProblems(gated, { HF_ENDPOINT: "https://hub.example.com" })).toEqual([]);
  expect(gateProblems({ ...gated, repository: "Qwen/Qwen3-8B" }, {})).toEqual([]);
  expect(gateProblems({ kind: "directory", path: "/tmp" }, {})).toEqual([]);
});
