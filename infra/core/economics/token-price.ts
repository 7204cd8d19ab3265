/** Tokens of one request, or of any time: only their proportion counts. */
export interface Mix {
  inputTokens: number;
  outputTokens: number;
}

const MILLION = 1e6;
const SECONDS_AN_HOUR = 3600;

const all = ({ inputTokens, outputTokens }: Mix): number => inputTokens + outputTokens;

/** Tokens in and out that come with so many output tokens. */
const withInput = (outputTokens: number, mix: Mix): number => (outputTokens * all(mix)) / mix.outputTokens;

/**
 * US dollars per million tokens, in and out alike, of what costs `hourlyUsd` and gives `outputTokensPerSecond` while it is
 * busy, which it is for the share `utilisation` of the hours that are paid.
 */
export const usdPerMillion = (
  { hourlyUsd, outputTokensPerSecond }: { hourlyUsd: number; outputTokensPerSecond: number },
  mix: Mix,
  utilisation = 1,
): number => (hourlyUsd * MILLION) / (withInput(outputTokensPerSecond * SECONDS_AN_HOUR, mix) * utilisation);

/** What one hour of a paid thing served. */
export interface HourOfTokens extends Mix {
  hourlyUsd: number;
}

/**
 * Prices per million of input and of output from two hours of different mixes: the only split that both bills agree
 * with. Times per token say nothing of who used the GPU, since prefill and decode of many requests share each step.
 * `undefined`: the mixes are too alike, or one of the prices would be negative.
 */
export function splitPrice(one: HourOfTokens, other: HourOfTokens): { input: number; output: number } | undefined {
  const determinant = one.inputTokens * other.outputTokens - other.inputTokens * one.outputTokens;
  const size = one.inputTokens * other.outputTokens + other.inputTokens * one.outputTokens;
  if (size === 0 || Math.abs(determinant) < 0.05 * size) return undefined;
  const input = (one.hourlyUsd * other.outputTokens - other.hourlyUsd * one.outputTokens) / determinant;
  const output = (one.inputTokens * other.hourlyUsd - other.inputTokens * one.hourlyUsd) / determinant;
  return input < 0 || output < 0 ? undefined : { input: input * MILLION, output: output * MILLION };
}
