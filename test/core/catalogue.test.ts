import fc from "fast-check";
import { INSTANCE_TYPES } from "../../infra/core/aws/instance-catalog";
import {
  API_PRICES,
  apiPriceFacts,
  findApiPrice,
  retirementOf,
  sameWeightsOffers,
} from "../../infra/core/catalogue/api-prices";
import { ageDays, ageText, isStale, STALE_AFTER_DAYS, vintages } from "../../infra/core/catalogue/freshness";
import { licenceClassOf } from "../../infra/core/catalogue/licences";
import { configOf, OPEN_MODELS, openModel } from "../../infra/core/catalogue/open-models";
import {
  gpuHourUsd,
  onDemandPrice,
  outsideBand,
  planPrices,
  SHAPES,
  shapeFacts,
  spotBand,
} from "../../infra/core/catalogue/shapes";

const TODAY = "2026-11-22";

const shape = (type: string) => {
  const found = SHAPES.find((each) => each.type === type);
  if (!found) throw new Error(`no ${type}`);
  return found;
};

describe("shapes", () => {
  it("S5: of five shapes two lie outside the articles' $2-10 of a GPU-hour", () => {
    const types = ["p4de.24xlarge", "p5.48xlarge", "p5en.48xlarge", "g6e.xlarge", "p6-b200.48xlarge"];
    const prices = types.map((type) => gpuHourUsd(shape(type), "us-east-1") ?? 0);
    expect(prices.map((usd) => usd.toFixed(2))).toEqual(["3.43", "6.88", "7.91", "1.86", "14.24"]);
    expect(prices.map(outsideBand)).toEqual([undefined, undefined, undefined, "below", "above"]);
    expect([2, 10].map(outsideBand)).toEqual([undefined, undefined]);
  });

  it("O4: four A100 80GB cannot be bought, only eight", () => {
    expect(SHAPES.filter(({ gpuClass }) => gpuClass === "a100-80gb").map(({ type, gpus }) => [type, gpus])).toEqual([
      ["p4de.24xlarge", 8],
    ]);
  });

  it("L5: Tokyo asks 37 % more for p4de than Virginia", () => {
    const usd = (region: string) => onDemandPrice("p4de.24xlarge", region)?.hourlyUsd ?? 0;
    expect(usd("ap-northeast-1") / usd("us-east-1")).toBeCloseTo(1.37, 2);
  });

  it("have a day and a source where the source tells its day, and no price of another region", () => {
    expect(onDemandPrice("p5.48xlarge", "us-east-1")).toMatchObject({ hourlyUsd: 55.04, asOf: expect.any(String) });
    expect(onDemandPrice("p5.48xlarge", "us-east-2")).toMatchObject({ hourlyUsd: 55.04 });
    expect(onDemandPrice("p5.48xlarge", "sa-east-1")).toBeUndefined();
    expect(onDemandPrice("p6-b300.48xlarge", "us-west-2")).toBeUndefined();
    for (const { source } of shapeFacts()) expect(source).not.toBe("");
  });

  it("have spot prices as a band, for the zones of one region differ: H100 in Virginia from -69 % to nothing", () => {
    const band = spotBand("p5.48xlarge", "us-east-1");
    expect(band).toMatchObject({ lowHourlyUsd: 16.9508, highHourlyUsd: 55.04, zones: 7 });
    expect(spotBand("g5.xlarge", "us-east-1")).toBeUndefined();
    // Nobody pays more at the market than on demand; the snapshot rounds to four digits.
    for (const { type, regions } of SHAPES)
      for (const region of regions) {
        const listed = onDemandPrice(type, region);
        const spot = spotBand(type, region);
        if (listed && spot) expect(spot.highHourlyUsd).toBeLessThanOrEqual(listed.hourlyUsd + 1e-4);
      }
  });

  it("have prices with a commitment where they were read, dated, below the price on demand: a three-year one lowest", () => {
    let read = 0;
    for (const { type, regions } of SHAPES)
      for (const region of regions) {
        const [year, three] = [1, 3].map((years) => planPrices(type, region).find((plan) => plan.years === years));
        for (const plan of [year, three]) {
          if (!plan) continue;
          read += 1;
          expect(plan.hourlyUsd).toBeLessThan(onDemandPrice(type, region)?.hourlyUsd ?? 0);
          expect(plan.asOf).toBeDefined();
        }
        if (year && three) expect(three.hourlyUsd).toBeLessThan(year.hourlyUsd);
      }
    expect(read).toBeGreaterThan(200);
    // AWS cut the P family's prices after the day of that table.
    for (const type of ["p4d.24xlarge", "p4de.24xlarge", "p5.48xlarge", "p5en.48xlarge"])
      expect(planPrices(type, "us-east-1")).toEqual([]);
  });

  it("take an older price on demand only for a region that no newer table has, with its day", () => {
    expect(onDemandPrice("g5.xlarge", "sa-east-1")).toMatchObject({ hourlyUsd: 1.71, asOf: "2025-05-28" });
    expect(onDemandPrice("g5.xlarge", "us-west-2")?.asOf).toBeUndefined();
  });

  it("are those that pools may name, and some to compare that they may not", () => {
    for (const { type, poolable, gpus, network } of SHAPES) {
      expect(poolable).toBe(INSTANCE_TYPES.has(type));
      expect(gpus).toBeGreaterThan(0);
      expect(network).toMatch(/Gigabit$/);
    }
    expect(SHAPES.filter(({ poolable }) => !poolable).map(({ type }) => type)).toContain("g7e.24xlarge");
  });
});

describe("API prices", () => {
  const only = (name: string) => {
    const found = findApiPrice(name);
    if (found.kind !== "priced") throw new Error(`${name}: ${found.kind}`);
    return found.prices;
  };

  it("O4: every name of the articles resolves", () => {
    expect(only("GPT-4o")[0]?.usdPerMillion).toMatchObject({
      input: 2.5,
      output: 10,
      batchInput: 1.25,
      batchOutput: 5,
    });
    expect(only("GPT-4")[0]).toMatchObject({ provider: "openai", model: "gpt-4", retiresOn: "2026-10-23" });
    // By its own numbers the newest: 5.5 after 5, after 4.8.
    expect(only("Claude Opus")[0]?.model).toBe("claude-opus-5-5");
    expect(only("Claude")[0]?.model).toBe("claude-opus-5-5");
    expect(only("Gemini")[0]?.model).toBe("gemini-pro-latest");
    expect(findApiPrice("Gemini Ultra")).toMatchObject({ kind: "not sold" });
    for (const name of ["gpt-7-nonsense", "constructor", "__proto__"]) expect(findApiPrice(name).kind).toBe("unknown");
    for (const provider of ["openai", "anthropic", "google"])
      expect(API_PRICES.some((price) => price.provider === provider)).toBe(true);
    for (const family of ["Llama", "Mistral", "Falcon", "EleutherAI", "Qwen", "Gemma", "DeepSeek", "gpt-oss", "Phi"])
      expect(OPEN_MODELS.some((model) => model.family === family)).toBe(true);
    expect(OPEN_MODELS.some(({ id }) => id.startsWith("google/gemma-4"))).toBe(true);
    // Today's, of which the first source of configs has some.
    for (const family of ["GLM", "Kimi", "MiniMax", "Nemotron"])
      expect(OPEN_MODELS.some((model) => model.family === family && configOf(model) !== undefined)).toBe(true);
    expect(openModel("MiniMaxAI/MiniMax-M2.7")).toMatchObject({ licenceClass: "research-only", commercialUse: "no" });
  });

  it("a family's newest is found by number, not by spelling", () => {
    const row = (model: string) => ({ ...API_PRICES[0]!, provider: "anthropic", model });
    const rows = ["claude-opus-9", "claude-opus-10-1", "claude-opus-10", "claude-opus-4-20250514"].map(row);
    expect(findApiPrice("claude opus", rows)).toMatchObject({ prices: [{ model: "claude-opus-10-1" }] });
  });

  it("S17: 7B against GPT-4o is 16.7 and 50 times cheaper by list price, not 100", () => {
    const small = only("bedrock/mistral.mistral-7b-instruct-v0:2")[0]!.usdPerMillion;
    const large = only("gpt-4o")[0]!.usdPerMillion;
    expect([large.input / small.input, large.output / small.output].map((x) => x.toFixed(1))).toEqual(["16.7", "50.0"]);
  });

  it("R6: nothing is said until 90 days before a model's end, then a warning, and an error from the day after", () => {
    const price = { ...API_PRICES[0]!, model: "m", retiresOn: "2026-12-31" };
    const at = (today: string) => retirementOf(price, today);
    expect(at("2026-10-02")).toBeUndefined();
    expect(at("2026-10-03")).toMatchObject({ level: "warning", daysLeft: 89, announced: true });
    expect(at("2026-12-31")).toMatchObject({ level: "warning", daysLeft: 0 });
    expect(at("2027-01-01")).toMatchObject({ level: "error", daysLeft: -1 });
    expect(retirementOf(only("GPT-4")[0]!, TODAY)).toMatchObject({ level: "error", on: "2026-10-23", daysLeft: -30 });
  });

  it("R6: a name whose dated versions all end is warned about, and is no error, for it may move on", () => {
    expect(retirementOf(only("gpt-4o")[0]!, TODAY)).toEqual({
      level: "warning",
      on: "2027-01-14",
      daysLeft: 53,
      announced: false,
    });
    expect(retirementOf(only("gpt-4o")[0]!, "2027-02-01")).toMatchObject({ level: "warning", announced: false });
    expect(retirementOf(only("claude-opus-4-5")[0]!, TODAY)).toBeUndefined();
  });

  it("names the other source where the two differ, and then has the first one's day", () => {
    const differing = API_PRICES.filter(({ disagrees }) => disagrees !== undefined);
    expect(differing.length).toBeGreaterThan(0);
    for (const { source, asOf, usdPerMillion } of differing) {
      expect(source).toMatch(/^genai-prices [\d.]+$/);
      expect(asOf < "2026-11-12").toBe(true);
      // Batch prices are the other source's: half of a price that this row does not have.
      expect(usdPerMillion.batchInput).toBeUndefined();
    }
  });

  it("name what a provider asks at other hours: DeepSeek's night is not its whole day", () => {
    const twice = API_PRICES.filter(({ otherHours }) => otherHours !== undefined);
    expect(twice.map(({ model }) => model)).toEqual(["deepseek-v4-flash", "deepseek-v4-pro"]);
    for (const { usdPerMillion, otherHours } of twice) {
      expect(otherHours?.input).toBeCloseTo(2 * usdPerMillion.input, 9);
      expect(otherHours?.hoursUtc).not.toContain(12);
    }
  });

  it("belong to one row each, are above zero, and cost no more from a cache or in a batch", () => {
    const names = API_PRICES.map(({ provider, model }) => `${provider}/${model}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { usdPerMillion: usd, longContext } of API_PRICES) {
      expect(Math.min(...Object.values(usd))).toBeGreaterThan(0);
      for (const less of [usd.cachedInput, usd.batchInput]) expect(less ?? 0).toBeLessThanOrEqual(usd.input);
      expect(usd.batchOutput ?? 0).toBeLessThanOrEqual(usd.output);
      if (longContext) expect(longContext.input).toBeGreaterThan(usd.input);
    }
  });

  it("of the same weights name an open model, the cheapest first, without offers that have ended", () => {
    for (const { sameWeightsAs } of API_PRICES)
      if (sameWeightsAs !== undefined) expect(openModel(sameWeightsAs)?.id).toBe(sameWeightsAs);
    const offers = sameWeightsOffers("meta-llama/Llama-3.3-70B-Instruct", TODAY);
    expect(offers.map(({ provider }) => provider)).toEqual(["bedrock"]);
    expect(
      sameWeightsOffers("meta-llama/Llama-3.3-70B-Instruct", "2026-10-01").map(({ provider }) => provider),
    ).toEqual(["bedrock", "together"]);
    const outputs = sameWeightsOffers("openai/gpt-oss-20b", TODAY).map(({ usdPerMillion }) => usdPerMillion.output);
    expect(outputs).toEqual([...outputs].sort((a, b) => a - b));
  });
});

describe("open models", () => {
  it("C1: fully open, weights with terms and research-only are told apart, by name too", () => {
    expect(licenceClassOf("Apache-2.0")).toBe("open");
    expect(licenceClassOf("llama3.1")).toBe("weights-only");
    for (const name of ["cc-by-nc-4.0", "mrl", "MNPL-0.1", "some-research-licence", "non-commercial"])
      expect(licenceClassOf(name)).toBe("research-only");
    // "nc" inside a word is not a clause.
    expect(licenceClassOf("falcon-licence")).toBe("weights-only");
    for (const { licence, licenceClass, commercialUse, released } of OPEN_MODELS) {
      expect(released).toMatch(/^\d{4}-\d\d(-\d\d)?$/);
      expect(licenceClassOf(licence)).toBe(licenceClass);
      expect(commercialUse).toBe(
        { open: "yes", "weights-only": "with its terms", "research-only": "no" }[licenceClass],
      );
    }
  });

  it("are found by hub address, in any case, and by the name of their base", () => {
    expect(openModel("hf://meta-llama/llama-3.1-70b-instruct@main")?.id).toBe("meta-llama/Llama-3.1-70B-Instruct");
    expect(openModel("meta-llama/Llama-3.1-70B")?.id).toBe("meta-llama/Llama-3.1-70B-Instruct");
    expect(openModel("meta-llama/Llama-3")).toBeUndefined();
    const names = OPEN_MODELS.flatMap(({ id, aliases = [] }) => [id, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("have the config that they name", () => {
    expect(configOf(openModel("openai/gpt-oss-120b")!)).toMatchObject({ head_dim: 64, num_attention_heads: 64 });
    for (const model of OPEN_MODELS)
      if (model.config !== undefined) expect(configOf(model)).toHaveProperty("architectures");
  });
});

describe("age", () => {
  it("is stale above 30 days, and where no day is known", () => {
    const fact = (asOf?: string) => ({ ...(asOf !== undefined && { asOf }), source: "s" });
    expect(isStale(fact("2026-10-23"), TODAY)).toBe(false);
    expect(isStale(fact("2026-10-22"), TODAY)).toBe(true);
    expect(isStale(fact(), TODAY)).toBe(true);
    expect([fact("2026-11-21"), fact("2026-11-12"), fact()].map((f) => ageText(f, TODAY))).toEqual([
      "1 day old",
      "10 days old",
      "day unknown",
    ]);
  });

  it("only grows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 500 }), (a, b) => {
        const day = (offset: number) => new Date(Date.UTC(2024, 0, 1 + offset)).toISOString().slice(0, 10);
        expect(ageDays(day(a), day(a + b))).toBe(b);
        expect(isStale({ asOf: day(a), source: "" }, day(a + b))).toBe(b > STALE_AFTER_DAYS);
      }),
    );
  });

  it("is counted by source and day, each row once", () => {
    const facts = apiPriceFacts();
    expect(vintages(facts).reduce((sum, { rows }) => sum + rows, 0)).toBe(facts.length);
  });
});
