import type { Sensitivity, SensitivityCase } from "./comparison";
import type { Profile } from "./demand";
import type { SelfPlan } from "./self-cost";

/** What the result rests on: an assumption of each kind can be moved alone. */
export interface Assumptions {
  profile: Profile;
  plan: SelfPlan;
  apiUsdPerRequest: number;
}

export interface Outcome {
  savingMonthlyUsd: number;
  breakEvenRequestsMonthly?: number;
}

interface Swing {
  what: string;
  cases: readonly (readonly [input: string, moved: Assumptions])[];
}

/** The widest swing of the saving first, as a tornado is drawn. */
export function sensitivities(base: Assumptions, evaluate: (moved: Assumptions) => Outcome): Sensitivity[] {
  return swings(base)
    .map(({ what, cases }) => {
      const [one, other] = cases.map(([input, moved]) => ({ input, ...evaluate(moved) })) as [
        SensitivityCase,
        SensitivityCase,
      ];
      const [low, high] = one.savingMonthlyUsd <= other.savingMonthlyUsd ? [one, other] : [other, one];
      return { what, low, high };
    })
    .sort((a, b) => width(b) - width(a));
}

const width = ({ low, high }: Sensitivity): number => high.savingMonthlyUsd - low.savingMonthlyUsd;

function swings(base: Assumptions): Swing[] {
  const { profile, plan, apiUsdPerRequest } = base;
  const price = (factor: number): Assumptions => ({ ...base, apiUsdPerRequest: apiUsdPerRequest * factor });
  const peak = (peakToAverage: number): Assumptions => ({ ...base, profile: { ...profile, peakToAverage } });
  const speed = (factor: number): Assumptions => ({ ...base, plan: faster(plan, factor) });
  const hours = (factor: number): Assumptions => ({ ...base, plan: withPeople(plan, factor) });
  const gentle = Math.max(1, profile.peakToAverage / 2);
  const steep = profile.peakToAverage * 2;
  return [
    {
      what: "API price",
      cases: [
        ["−50 %", price(0.5)],
        ["+50 %", price(1.5)],
      ],
    },
    {
      what: "peak over average",
      cases: [
        [`${gentle.toFixed(1)}`, peak(gentle)],
        [`${steep.toFixed(1)}`, peak(steep)],
      ],
    },
    {
      what: "throughput",
      cases: [
        ["÷ 2", speed(0.5)],
        ["× 2", speed(2)],
      ],
    },
    {
      what: "people",
      cases: [
        ["−50 %", hours(0.5)],
        ["+50 %", hours(1.5)],
      ],
    },
    ...spotSwing(base),
  ];
}

const faster = (plan: SelfPlan, factor: number): SelfPlan => ({
  ...plan,
  fleet: { ...plan.fleet, outputTokensPerSecond: plan.fleet.outputTokensPerSecond * factor },
});

const withPeople = (plan: SelfPlan, factor: number): SelfPlan => ({
  ...plan,
  ...(plan.people ? { people: { ...plan.people, hoursMonthly: plan.people.hoursMonthly * factor } } : {}),
});

/** Only where a spot price is known: none at all, and all of the nodes. */
function spotSwing(base: Assumptions): Swing[] {
  const { spot } = base.plan.nodePrices;
  if (spot === undefined) return [];
  const at = (share: number): Assumptions => ({
    ...base,
    plan: { ...base.plan, nodePrices: { ...base.plan.nodePrices, spot: { ...spot, share } } },
  });
  return [
    {
      what: "spot",
      cases: [
        ["none", at(0)],
        ["all nodes", at(1)],
      ],
    },
  ];
}
