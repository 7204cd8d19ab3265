import type { Place } from "../../../infra/core/aws/names";
import { estimate } from "../../../infra/values/aws/cost/estimate";
import { requireAccount } from "../aws/account";
import { chartChecks } from "./charts";
import { type Answer, type Asked, answersTo, type Check } from "./check";
import { clusterCheck } from "./cluster";
import { existingVpcChecks } from "./existing-vpc";
import { imageCheck } from "./images";
import { ladderChecks } from "./ladders";
import { certificateChecks, hostedZoneChecks } from "./names";
import { nodeGroupChecks } from "./node-groups";
import { type AskQuota, quotaAsker, quotaChecks } from "./quotas";
import { reservationChecks } from "./reservations";
import { keyCheck, stateCheck, weightsCheck } from "./stores";
import { toolChecks } from "./tools";
import { addOnCheck, nodeImageCheck } from "./versions";
import { offeringCheck, zoneCheck } from "./zones";

export interface Preflight {
  answers: Answer[];
  /** Questions to AWS that nobody asked, because the credentials are of no use. */
  unasked: number;
}

/** Regions that answer. What runs in a lost one is left as it is, and its silence must not stop the others. */
const reachable = ({ places, config }: Asked): readonly Place[] =>
  places.filter(({ region }) => config.regionStates[region] !== "lost");

/** Asks everything at once. With the wrong credentials every answer would be the same, or about another account. */
export async function preflight(asked: Asked, onAnswer: (of: number) => void): Promise<Preflight> {
  const questions = questionsTo(asked);
  const [account] = await answersTo([accountCheck(asked)], () => undefined);
  const isOurs = account?.ok === true;
  const checks = [...toolChecks(asked), ...chartChecks(asked), costCheck(asked), ...(isOurs ? questions : [])];
  const answers = await answersTo(checks, () => onAnswer(checks.length));
  return { answers: account === undefined ? answers : [account, ...answers], unasked: isOurs ? 0 : questions.length };
}

const accountCheck = (asked: Asked): Check => ({
  name: "account",
  look: async () => {
    const first = reachable(asked)[0] ?? asked.places[0];
    await requireAccount(first);
    return { found: `these credentials belong to ${first.account}` };
  },
});

/** Says what it will cost; a stack above its ceiling was refused when it was read. */
const costCheck = ({ config, releases, places: [{ environment }] }: Asked): Check => ({
  name: "cost",
  look: async () => {
    const { hourlyUsd, monthlyUsd, known } = estimate({ name: environment, config, releases });
    const doubt = known ? "" : ", with stand-ins for prices that are not recorded";
    return { found: `about ${hourlyUsd.toFixed(2)} USD an hour, ${Math.ceil(monthlyUsd)} a month${doubt}` };
  },
});

const questionsTo = (asked: Asked, ask = quotaAsker()): Check[] => [
  keyCheck(asked.places[0], "state"),
  stateCheck(asked.places[0]),
  ...hostedZoneChecks(asked),
  ...reachable(asked).flatMap((place) => regionChecks(place, asked, ask)),
];

const regionChecks = (place: Place, asked: Asked, ask: AskQuota): Check[] => [
  zoneCheck(place, asked),
  ...existingVpcChecks(place, asked),
  ...Object.keys(asked.config.pools).map((pool) => offeringCheck(place, pool, asked)),
  ...quotaChecks(place, asked, ask),
  ...ladderChecks(place, asked, ask),
  ...nodeGroupChecks(place, asked),
  ...reservationChecks(place, asked),
  keyCheck(place, "weights"),
  weightsCheck(place, asked),
  imageCheck(place, asked),
  addOnCheck(place, asked),
  nodeImageCheck(place, asked),
  ...certificateChecks(place, asked),
  clusterCheck(place, asked),
];
