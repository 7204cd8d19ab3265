import { counted, type Format, isRow, named, type Observation, rows, text, time } from "./observation";
import { DAY_MS } from "./rhythm";

/** Model invocation logs, as Bedrock writes them to S3 or CloudWatch Logs. Cached input is counted beside the other. */
export const BEDROCK_LOG: Format = {
  name: "bedrock model invocation log",
  how: "objects that model invocation logging writes to S3, or its log group",
  read(row) {
    if (row.schemaType !== "ModelInvocationLog") return undefined;
    const atMs = time(row.timestamp);
    const model = text(row.modelId);
    if (atMs === undefined || model === undefined) return undefined;
    const input = isRow(row.input) ? row.input : {};
    const output = isRow(row.output) ? row.output : {};
    const fresh = counted(input.inputTokenCount);
    const written = counted(output.outputTokenCount);
    if (fresh === undefined || written === undefined) return { without: "bedrock invocations that failed" };
    const cachedInputTokens = counted(input.cacheReadInputTokenCount) ?? 0;
    const cacheWriteTokens = counted(input.cacheWriteInputTokenCount) ?? 0;
    return {
      observations: [
        {
          atMs,
          spanMs: 0,
          ...named(row.requestId),
          // An ARN of a model or of an inference profile ends in its id.
          model: model.split("/").at(-1) ?? model,
          requests: 1,
          inputTokens: fresh + cachedInputTokens + cacheWriteTokens,
          cachedInputTokens,
          cacheWriteTokens,
          outputTokens: written,
          batch: false,
        },
      ],
    };
  },
};

const METRICS: Readonly<Record<string, (sum: number) => Partial<Observation>>> = {
  Invocations: (sum) => ({ requests: sum }),
  InputTokenCount: (sum) => ({ inputTokens: sum }),
  OutputTokenCount: (sum) => ({ outputTokens: sum }),
  CacheReadInputTokenCount: (sum) => ({ inputTokens: sum, cachedInputTokens: sum }),
  CacheWriteInputTokenCount: (sum) => ({ inputTokens: sum, cacheWriteTokens: sum }),
};

/** `aws cloudwatch get-metric-statistics --namespace AWS/Bedrock --statistics Sum --period 3600`, a file for each metric. */
export const CLOUDWATCH: Format = {
  name: "cloudwatch metrics of bedrock",
  how: "aws cloudwatch get-metric-statistics --namespace AWS/Bedrock --statistics Sum --period 3600, a file for each metric",
  remark: "cloudwatch does not name the model in its answer: give it with --name",
  read(row) {
    const metric = METRICS[text(row.Label) ?? ""];
    const points = rows(row.Datapoints);
    if (metric === undefined || points.length === 0) return undefined;
    const spanMs = smallestGap(points.map(({ Timestamp }) => time(Timestamp) ?? Number.NaN));
    const observations = points.flatMap((point): Observation[] => {
      const atMs = time(point.Timestamp);
      const sum = counted(point.Sum);
      if (atMs === undefined || sum === undefined) return [];
      const none = { requests: 0, inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };
      return [{ atMs, spanMs, model: "bedrock", batch: false, ...none, ...metric(sum) }];
    });
    return observations.length < points.length ? undefined : { observations };
  },
};

/** The period that was asked for, as far as the points show it. */
export function smallestGap(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted.reduce((least, at, i) => Math.min(least, i === 0 ? least : at - (sorted[i - 1] ?? at)), DAY_MS);
}
