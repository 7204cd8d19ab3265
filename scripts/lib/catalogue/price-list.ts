import { GetProductsCommand, PricingClient } from "@aws-sdk/client-pricing";
import { z } from "zod";
import { OperationError } from "../../../infra/core/errors";
import { awsClient } from "../aws/client";

/** The Price List answers in few regions; what it says is of all. */
const ENDPOINT_REGION = "us-east-1";

/** Linux on shared hardware, on demand: what a node of a pool is. Capacity blocks and dedicated hosts have rows of their own. */
const FILTERS = {
  operatingSystem: "Linux",
  tenancy: "Shared",
  preInstalledSw: "NA",
  capacitystatus: "Used",
  marketoption: "OnDemand",
};

const Dimension = z.object({ unit: z.string(), pricePerUnit: z.object({ USD: z.string() }).partial() });
const Term = z.object({
  termAttributes: z
    .object({ LeaseContractLength: z.string(), OfferingClass: z.string(), PurchaseOption: z.string() })
    .partial()
    .optional(),
  priceDimensions: z.record(z.string(), Dimension),
});
type Term = z.infer<typeof Term>;
/** What is read of a product. */
const Product = z.object({
  product: z.object({ attributes: z.object({ instanceType: z.string(), regionCode: z.string() }) }),
  terms: z.object({
    OnDemand: z.record(z.string(), Term).optional(),
    Reserved: z.record(z.string(), Term).optional(),
  }),
});

/** US dollars an hour of one type in one region. */
export interface Listed {
  type: string;
  region: string;
  onDemand?: number;
  /** Standard reservations, nothing upfront. Savings Plans, often at the same price, are another API (savingsplans). */
  plans: { "1y"?: number; "3y"?: number };
}

/** A term's price by the hour; what is only paid once has none. */
function hourly({ priceDimensions }: Term): number | undefined {
  const usd = Object.values(priceDimensions)
    .filter(({ unit }) => unit === "Hrs")
    .map(({ pricePerUnit }) => Number(pricePerUnit.USD))
    .find((price) => price > 0);
  return usd;
}

function planPrice(terms: readonly Term[], length: string): number | undefined {
  const wanted = { LeaseContractLength: length, OfferingClass: "standard", PurchaseOption: "No Upfront" };
  const found = terms.find(({ termAttributes }) =>
    Object.entries(wanted).every(([key, value]) => termAttributes?.[key as keyof typeof wanted] === value),
  );
  return found && hourly(found);
}

/** A product of the list, read by what is needed of it; another form of answer stops everything. */
export function productOf<T>(shape: z.ZodType<T>, text: string): T {
  const parsed = shape.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new OperationError(
    `the AWS Price List answers in a form that is not known (${parsed.error.issues[0]?.path.join(".")})`,
    "nothing was written; update homeport, or report it with this message",
  );
}

function listed(text: string): Listed {
  const { product, terms } = productOf(Product, text);
  const onDemand = Object.values(terms.OnDemand ?? {})
    .map(hourly)
    .find((usd) => usd !== undefined);
  const reserved = Object.values(terms.Reserved ?? {});
  const [year, three] = [planPrice(reserved, "1yr"), planPrice(reserved, "3yr")];
  return {
    type: product.attributes.instanceType,
    region: product.attributes.regionCode,
    ...(onDemand !== undefined && { onDemand }),
    plans: { ...(year !== undefined && { "1y": year }), ...(three !== undefined && { "3y": three }) },
  };
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Every product of a service that has these attributes, as JSON. */
export type AskPriceList = (service: string, filters: Readonly<Record<string, string>>) => Promise<string[]>;

/** Asks the Price List; needs credentials that may pricing:GetProducts. */
export async function withPriceList<T>(work: (ask: AskPriceList) => Promise<T>): Promise<T> {
  const pricing = awsClient(PricingClient, { region: ENDPOINT_REGION });
  const ask: AskPriceList = async (ServiceCode, filters) => {
    const Filters = Object.entries(filters).map(([Field, Value]) => ({ Type: "TERM_MATCH" as const, Field, Value }));
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await pricing.send(
        new GetProductsCommand({ ServiceCode, Filters, ...(NextToken !== undefined && { NextToken }) }),
      );
      found.push(...(page.PriceList ?? []).map(String));
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  };
  try {
    return await work(ask);
  } finally {
    pricing.destroy();
  }
}

/** What AWS lists for these instance types in all its regions. */
export async function readInstances(
  ask: AskPriceList,
  types: readonly string[],
  onType: (type: string) => void,
): Promise<Listed[]> {
  const found: Listed[] = [];
  for (const type of types) {
    onType(type);
    found.push(...(await ask("AmazonEC2", { ...FILTERS, instanceType: type })).map(listed));
  }
  return found;
}
