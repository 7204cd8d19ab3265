/** Homeport: open-weight models on your own clusters, one RegionCell per region. Start at config/schema.ts. */
import * as pulumi from "@pulumi/pulumi";
import { ClientKeys } from "./components/client-keys";
import { joinRegions } from "./components/failover";
import { RegionCell } from "./components/region-cell";
import { loadStack } from "./config/load";
import { refusals } from "./values/aws/refusals";
import { describeStack } from "./values/stack-outputs";

// 1. What was asked for: parsed, defaulted and checked, or a list of problems and no resources.
const stack = loadStack({ refuse: refusals });
const { summary, warning } = describeStack(stack);
if (warning !== undefined) void pulumi.log.warn(warning);

// 2. Who may call: one key per client, the same in every region.
const { keys } = new ClientKeys("client-keys", stack);

// 3. One self-sufficient cell per region: entrance, node cache, releases, routes.
const cells = stack.config.regions.map((region) => new RegionCell(region, { stack, keys }));

// 4. What joins the regions: one name per model, answered by a region that is ready for it.
const joined = joinRegions(stack, cells, summary.addresses);

// 5. What the outside may rely on. Renaming a field is a breaking change.
export const { regions, releases } = summary;
export const { addresses, regionalAddresses } = joined;
