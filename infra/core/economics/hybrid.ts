import { type Bill, billOf } from "./bill";

/** Part of the requests go to own models; of those, some are asked again of the API because the answer was not good enough. */
export interface Split {
  /** Share of requests that own models get, 0 to 1. */
  localShare: number;
  /** Of these, the share that escalates, 0 to 1. */
  escalation: number;
}

/** Requests that the API answers in the end. */
export const apiRequests = (requests: number, { localShare, escalation }: Split): number =>
  requests * (1 - localShare + localShare * escalation);

/** `selfBill` and `apiBill` are asked for the requests that each of them gets. */
export function hybridBill(
  requests: number,
  split: Split,
  selfBill: (requests: number) => Bill,
  apiBill: (requests: number) => Bill,
): Bill {
  const self = selfBill(requests * split.localShare);
  const api = apiBill(apiRequests(requests, split));
  return billOf([...self.lines, ...api.lines], [...self.unpriced, ...api.unpriced]);
}
