/** Who carries each risk that the articles name. A decision allocates risks; it removes none. */

export type Option = "api" | "self" | "hybrid";
type Owner = "provider" | "team";

interface Risk {
  id: string;
  risk: string;
  owner: Readonly<Record<Option, Owner>>;
  /** What the owner's side of it asks of the team, in one phrase. */
  duty: Readonly<Record<Option, string>>;
}

const risk = (
  id: string,
  text: string,
  [api, self, hybrid]: readonly [Owner, Owner, Owner],
  [apiDuty, selfDuty, hybridDuty]: readonly [string, string, string],
): Risk => ({
  id,
  risk: text,
  owner: { api, self, hybrid },
  duty: { api: apiDuty, self: selfDuty, hybrid: hybridDuty },
});

const RISKS: readonly Risk[] = [
  risk(
    "P1",
    "prompts read, logged or subpoenaed at a third party",
    ["provider", "team", "provider"],
    ["hold the contract", "no third party sees them", "hold the contract for what is sent out"],
  ),
  risk(
    "P2",
    "personal data sent out unredacted",
    ["team", "team", "team"],
    ["redact, and an agreement read each year", "keep it in the cluster", "redact what may leave"],
  ),
  risk(
    "P3",
    "a regulated class of data on a path that is not allowed",
    ["team", "team", "team"],
    ["no route for that class", "fail closed when a model is down", "no API upstream for that class"],
  ),
  risk(
    "P4",
    "encryption, access, audit and retention",
    ["provider", "team", "team"],
    ["check its certificates", "all of it is yours", "all of it in the cluster is yours"],
  ),
  risk(
    "R1",
    "outages, rate limits and price changes of a provider",
    ["provider", "team", "provider"],
    ["a second provider", "none is left", "the cluster answers meanwhile"],
  ),
  risk(
    "R2",
    "answers of a cache reach the wrong client",
    ["team", "team", "team"],
    ["cache keys per client", "cache keys per client", "cache keys per client"],
  ),
  risk(
    "R3",
    "hardware that fails, nights on call",
    ["provider", "team", "team"],
    ["watch its status", "one node more than needed, runbooks", "one node more than needed, or spill to the API"],
  ),
  risk(
    "R4",
    "lock-in through prompts and workflows",
    ["team", "team", "team"],
    ["prompts and golden sets in git", "OpenAI's protocol kept", "the same prompts tested on both"],
  ),
  risk(
    "R5",
    "a break-in or a trojan in the supply chain",
    ["provider", "team", "team"],
    ["rotate keys", "pins by digest, patches", "pins by digest, patches, keys in the relay only"],
  ),
  risk(
    "R6",
    "a model is withdrawn and there is no way back",
    ["provider", "team", "provider"],
    ["move before its date", "pinned weights stay", "a fallback that is not about to end"],
  ),
  risk(
    "R7",
    "the availability that users see",
    ["provider", "team", "team"],
    ["measure it", "objectives, drills", "objectives on both sides"],
  ),
];

export interface OwnedRisk {
  id: string;
  risk: string;
  owner: Owner;
  duty: string;
}

export const ownedRisks = (option: Option): OwnedRisk[] =>
  RISKS.map(({ id, risk, owner, duty }) => ({ id, risk, owner: owner[option], duty: duty[option] }));
