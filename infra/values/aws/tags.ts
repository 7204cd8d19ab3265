import type { StackConfig } from "../../config/schema";

/** On everything that AWS can tag: whose it is, and by what it was made. */
export const defaultTags = (
  name: string,
  { environment }: Pick<StackConfig, "environment">,
): Record<string, string> => ({
  "homeport.dev/environment": name,
  "homeport.dev/owner": environment.owner,
  "homeport.dev/managed-by": "homeport",
});
