import { z } from "zod";

const usd = z.int().min(1).max(100_000_000);

/** What the environment may cost (platform `aws`). */
export const Budget = z
  .strictObject({
    monthlyUsd: usd.optional().meta({
      description: "Expected cost a month. AWS Budgets tells the alarm receivers at 80 % and 100 % of it.",
      examples: [45_000],
      allowed: "a whole number of US dollars from 1 to 100000000",
    }),
    ceilingUsd: usd.optional().meta({
      description: "A stack whose estimate for a month is above this is refused before anything is created.",
      examples: [60_000],
      allowed: "a whole number of US dollars from 1 to 100000000",
    }),
  })
  .prefault({})
  .meta({ description: "What the environment may cost a month, by list prices (platform `aws`)." });
