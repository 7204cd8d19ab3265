import { smallestGap } from "./bedrock";
import { counted, type Format, isRow, type Observation, type Row, rows, text, time } from "./observation";

/** Token counts of the model APIs of Azure and Google, as their monitoring gives them: no cached input, no batches. */

type Counts = Pick<Observation, "inputTokens" | "outputTokens"> & { requests: number };

const observation = (at: { atMs: number; spanMs: number; model: string }, counts: Partial<Counts>): Observation => ({
  ...at,
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  batch: false,
  ...counts,
});

/** By what is counted, Azure's names of it; where an answer has two of them they count the same. */
const AZURE_NAMES: Readonly<Record<keyof Counts, readonly string[]>> = {
  requests: ["AzureOpenAIRequests", "ModelRequests"],
  inputTokens: ["ProcessedPromptTokens", "InputTokens"],
  outputTokens: ["GeneratedTokens", "OutputTokens"],
};

/**
 * `az monitor metrics list --resource <account> --metrics AzureOpenAIRequests ProcessedPromptTokens GeneratedTokens
 * --aggregation Total --interval PT1H --filter "ModelName eq '*'" --start-time … --end-time …`
 */
export const AZURE: Format = {
  name: "azure monitor metrics",
  how: "az monitor metrics list --aggregation Total --interval PT1H, by ModelName",
  remark: "azure's metrics do not say which input was cached or batched: none is assumed",
  read(answer) {
    const metrics = rows(answer.value).filter((metric) => Array.isArray(metric.timeseries));
    const nameOf = (metric: Row) => (isRow(metric.name) ? text(metric.name.value) : undefined);
    const found = (Object.keys(AZURE_NAMES) as (keyof Counts)[]).flatMap((kind) => {
      const name = AZURE_NAMES[kind].find((one) => metrics.some((metric) => nameOf(metric) === one));
      return metrics.filter((metric) => nameOf(metric) === name).map((metric) => ({ kind, metric }));
    });
    if (found.length === 0) return undefined;
    return { observations: found.flatMap(({ kind, metric }) => rows(metric.timeseries).flatMap(azureSeries(kind))) };
  },
};

const azureSeries =
  (kind: keyof Counts) =>
  (series: Row): Observation[] => {
    const points = rows(series.data);
    const spanMs = smallestGap(points.flatMap(({ timeStamp }) => time(timeStamp) ?? []));
    const model = label(series, "modelname") ?? label(series, "modeldeploymentname") ?? "azure";
    return points.flatMap((point) => {
      const atMs = time(point.timeStamp);
      const total = counted(point.total);
      // Where nothing was asked the total is left out.
      return atMs === undefined || total === undefined ? [] : [observation({ atMs, spanMs, model }, { [kind]: total })];
    });
  };

const label = ({ metadatavalues }: Row, wanted: string): string | undefined =>
  rows(metadatavalues)
    .filter(({ name }) => isRow(name) && text(name.value)?.toLowerCase() === wanted)
    .map(({ value }) => text(value))[0];

const VERTEX = /^aiplatform\.googleapis\.com\/publisher\/online_serving\/(token_count|model_invocation_count)$/;

/**
 * Cloud Monitoring's `projects.timeSeries.list` with `metric.type = one_of("….token_count", "….model_invocation_count")`,
 * aligned by ALIGN_SUM to an hour.
 */
export const GOOGLE: Format = {
  name: "google vertex ai metrics",
  how: "projects.timeSeries.list of token_count and model_invocation_count, summed by the hour",
  remark: "vertex's metrics do not say which input was cached or batched: none is assumed",
  read(answer) {
    const observations: Observation[] = [];
    for (const series of rows(answer.timeSeries)) {
      const metric = isRow(series.metric) ? series.metric : {};
      const [, counts] = VERTEX.exec(text(metric.type) ?? "") ?? [];
      if (counts === undefined) return undefined;
      const kind = counts === "model_invocation_count" ? "requests" : tokenKind(metric);
      const labels = isRow(series.resource) && isRow(series.resource.labels) ? series.resource.labels : {};
      const model = text(labels.model_user_id)?.split("/").at(-1) ?? "google";
      for (const point of rows(series.points)) {
        const { startTime, endTime } = isRow(point.interval) ? point.interval : {};
        const [atMs, endMs] = [time(startTime), time(endTime)];
        // JSON has no integers of 64 bits: they are text.
        const total = isRow(point.value) ? counted(Number(point.value.int64Value)) : undefined;
        if (atMs === undefined || endMs === undefined || total === undefined) return undefined;
        observations.push(observation({ atMs, spanMs: endMs - atMs, model }, { [kind]: total }));
      }
    }
    return observations.length === 0 ? undefined : { observations };
  },
};

const tokenKind = ({ labels }: Row): "inputTokens" | "outputTokens" =>
  isRow(labels) && labels.type === "output" ? "outputTokens" : "inputTokens";
