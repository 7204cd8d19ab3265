import { readFileSync } from "node:fs";
import { growthPerToken } from "../../infra/core/fit/cache";
import { cacheBytes } from "../../infra/core/fit/flags";
import { ReleaseFile } from "../../infra/core/release";
import { stackPaths } from "../../scripts/lib/stack-paths";
import { inModels, MODEL, type Pod, podsOf, releases, scraped } from "../support/local-platform";

jest.setTimeout(120_000);

const GiB = 2 ** 30;

/** What the engine says of its cache, behind the guard of one of the release's pods (`npm run local`). */
function reportedTokens(pod: Pod): { tokens: number; blockTokens: number } {
  const line = /^vllm:cache_config_info\{(.*)\}/m.exec(scraped(pod, "/engine-metrics"))?.[1] ?? "";
  const label = (name: string) => Number(new RegExp(`(?:^|,)${name}="(\\d+)"`).exec(line)?.[1]);
  const blockTokens = label("block_size");
  return { tokens: label("num_gpu_blocks") * blockTokens, blockTokens };
}

/** GiB that the engine was told to keep for keys and values: on a CPU it measures nothing. */
function givenGiB(pod: Pod): number {
  const read = `jsonpath={.spec.containers[?(@.name=="engine")].env[?(@.name=="VLLM_CPU_KVCACHE_SPACE")].value}`;
  return Number(inModels("get", "pod", pod.metadata.name, "--output", read));
}

it("predicts the tokens of each running release's cache to the block", () => {
  const { live, waiting } = releases();
  const running = [live, waiting].flatMap((name) => podsOf(name).map((pod) => ({ name, pod })));
  expect(running.length).toBeGreaterThan(0);
  for (const { name, pod } of running) {
    const path = stackPaths("local").release(MODEL, name);
    const { content } = ReleaseFile.parse(JSON.parse(readFileSync(path, "utf8")));
    const perToken = growthPerToken(content.architecture, { elementBytes: cacheBytes(content.arguments), gpus: 1 });
    const { tokens, blockTokens } = reportedTokens(pod);
    expect(tokens).toBeGreaterThan(0);
    const predicted = Math.floor((givenGiB(pod) * GiB) / (perToken * blockTokens)) * blockTokens;
    expect(tokens).toBe(predicted);
  }
});
